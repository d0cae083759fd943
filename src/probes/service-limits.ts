import { list, read } from '../core/command.ts';
import { askAll, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { StateWord } from '../core/service-manager.ts';
import { processes, type Process } from './processes.ts';
import { isManagerProcess, serviceProcesses, type ServiceInput } from './service-processes.ts';

/** What the kernel lets one process have, and what it has. Null is "unlimited" for a limit, and "not seen" for a use. */
export interface ProcessLimits {
  readonly pid: number;
  readonly args: string;
  readonly addressSpaceBytes: number | null;
  /** The most address space that it ever had. */
  readonly peakBytes: number | null;
  readonly filesLimit: number | null;
  readonly files: number | null;
}

export interface ServiceLimits {
  readonly state: StateWord | null;
  /** Of its largest processes; of its manager, which hands them down, where it does not run. */
  readonly of: 'service' | 'manager';
  readonly processes: readonly ProcessLimits[];
  /** Address space that its start scripts allow, by `ulimit -v`. */
  readonly scripts: readonly { readonly path: string; readonly bytes: number }[];
}

const most = 6;

/** Source: proc(5): limits, status; ulimit counts address space in KiB. */
export const serviceLimits = defineProbe({
  name: 'service.limits',
  summary: 'How much address space and how many files the processes of a service may have, and have',
  *steps({ scripts, ...service }: ServiceInput & { readonly scripts: readonly string[] }): Asking<ServiceLimits> {
    const { state, tree } = yield* serviceProcesses.steps(service);
    const known = { state: state?.state ?? null, of: tree.length > 0 ? 'service' : 'manager' } as const;
    const { become } = service.place;
    if (tree.length > 0) {
      const largest = tree.toSorted((a, b) => (b.rssBytes ?? 0) - (a.rssBytes ?? 0)).slice(0, most);
      return { ...known, processes: yield* limitsOfAll(largest, become), scripts: [] };
    }
    if (state?.state !== 'crashing' && state?.state !== 'failed') return { ...known, processes: [], scripts: [] };
    const managers = (yield* processes.steps({})).list.filter(({ args }) => isManagerProcess(args)).slice(0, most);
    return { ...known, processes: yield* limitsOfAll(managers, become), scripts: yield* ulimitsIn(scripts, become) };
  },
});

function* limitsOfAll(wanted: readonly Process[], become: 'sudo' | undefined): Asking<readonly ProcessLimits[]> {
  return (yield* inStep(wanted.map((each) => limitsOf(each, become)))).flat();
}

function* limitsOf({ pid, args }: Process, become: 'sudo' | undefined): Asking<readonly ProcessLimits[]> {
  const [limits, status, folder] = yield* askAll([
    read(`/proc/${pid}/limits`, { bytes: 4_096, become }),
    read(`/proc/${pid}/status`, { bytes: 4_096, become }),
    list(`/proc/${pid}/fd`, { become }),
  ] as const);
  const text = fileTextIfAny(limits);
  // It ended meanwhile.
  if (text === undefined) return [];
  const peak = /^VmPeak:\s+(\d+) kB$/m.exec(fileTextIfAny(status) ?? '')?.[1];
  return [
    {
      pid,
      args: args.slice(0, 120),
      addressSpaceBytes: softLimit(text, 'Max address space'),
      peakBytes: peak === undefined ? null : Number(peak) * 1_024,
      filesLimit: softLimit(text, 'Max open files'),
      files: folder.ok ? folder.entries.length + folder.omitted : null,
    },
  ];
}

function softLimit(text: string, name: string): number | null {
  const soft = new RegExp(`^${name}\\s+(\\d+)\\s`, 'm').exec(text)?.[1];
  return soft === undefined ? null : Number(soft);
}

function* ulimitsIn(scripts: readonly string[], become: 'sudo' | undefined): Asking<ServiceLimits['scripts']> {
  if (scripts.length === 0) return [];
  const replies = yield* askAll(scripts.map((path) => read(path, { bytes: 32_768, become })));
  return scripts.flatMap((path, index) => {
    const reply = replies[index];
    const text = reply === undefined ? '' : (fileTextIfAny(reply) ?? '');
    const kib = /^[^#\n]*\bulimit\s+(?:-[A-Za-z]*\s+)*-[A-Za-z]*v\s+(\d+)/m.exec(text)?.[1];
    return kib === undefined ? [] : [{ path, bytes: Number(kib) * 1_024 }];
  });
}
