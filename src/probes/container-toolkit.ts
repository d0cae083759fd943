import { list, read, stat } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { keysOf } from './compose-text.ts';

/** A file by which engines find devices. */
export interface CdiSpec {
  readonly path: string;
  /** The version of the driver whose libraries it hands into containers; null where it names none. */
  readonly driver: string | null;
}

/** What gives containers of a node the GPUs of NVIDIA, as files tell. */
export interface ContainerToolkit {
  /** The engine's configuration names the runtime `nvidia`; null where it can't be read. */
  readonly configured: boolean | null;
  /** What the engine calls when a container asks for GPUs and it has no CDI: it looks for it when it starts. */
  readonly hook: string | null;
  /** `nvidia-ctk`, which writes both the configuration and the specification. */
  readonly program: string | null;
  /** Those of `nvidia.com/gpu`. */
  readonly specs: readonly CdiSpec[];
}

const configuration = '/etc/docker/daemon.json';
const hooks = ['/usr/bin/nvidia-container-runtime-hook', '/usr/local/nvidia/toolkit/nvidia-container-runtime-hook'];
const programs = ['/usr/bin/nvidia-ctk', '/usr/local/nvidia/toolkit/nvidia-ctk'];
const folders = ['/etc/cdi', '/var/run/cdi'];
const mostSpecs = 8;

/** Sources: the Container Device Interface specification, NVIDIA's toolkit, and moby's daemon/nvidia_linux.go. */
export const containerToolkit = defineProbe({
  name: 'container.toolkit',
  summary: "Whether NVIDIA's container toolkit is there and wired to the engine, and its CDI specifications",
  *steps(): Asking<ContainerToolkit> {
    const [daemon, ...found] = yield* askAll([
      read(configuration, { hidden: true }),
      ...[...hooks, ...programs].map((path) => stat(path)),
      ...folders.map((path) => list(path)),
    ]);
    const isThere = (path: string, index: number): string[] => (found[index]?.ok === true ? [path] : []);
    const files = folders.flatMap((folder, index) => {
      const reply = found[hooks.length + programs.length + index];
      const entries = reply?.ok === true && 'entries' in reply ? reply.entries : [];
      return entries.filter(({ name }) => /\.(?:json|ya?ml)$/.test(name)).map(({ name }) => `${folder}/${name}`);
    });
    const some = files.toSorted().slice(0, mostSpecs);
    const texts = yield* askAll(some.map((path) => read(path, { bytes: 524_288 })));
    return {
      configured: daemon.ok ? namesRuntime(fileTextIfAny(daemon) ?? '') : daemon.errno === 'ENOENT' ? false : null,
      hook: hooks.flatMap(isThere)[0] ?? null,
      program: programs.flatMap((path, index) => isThere(path, hooks.length + index))[0] ?? null,
      specs: some.flatMap((path, index) => {
        const reply = texts[index];
        return reply === undefined ? [] : specOf(path, fileTextIfAny(reply) ?? '');
      }),
    };
  },
});

function namesRuntime(text: string): boolean | null {
  try {
    const value: unknown = JSON.parse(text);
    return keysOf(keysOf(value)?.['runtimes'])?.['nvidia'] !== undefined;
  } catch {
    return null;
  }
}

/** JSON or YAML: both are read by the two words that are asked of them. */
function specOf(path: string, text: string): readonly CdiSpec[] {
  if (!/["']?kind["']?\s*:\s*["']?nvidia\.com\/gpu\b/.test(text)) return [];
  return [{ path, driver: /lib(?:cuda|nvidia-ml)\.so\.(\d+\.\d[\d.]*)/.exec(text)?.[1] ?? null }];
}
