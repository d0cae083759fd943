import { captured } from '../core/capture.ts';
import { list, run, stat } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { bothOutputs } from '../core/reply.ts';
import { clean } from '../core/text.ts';
import { amdSmiGpus, rocmSmiGpus } from './amd-smi-json.ts';
import type { AmdGpu } from './amd-gpu.ts';
import { amdCards } from './amd-sysfs.ts';

/** What the AMD GPUs of a node tell. */
export interface AmdDevices {
  /** The compute driver is there: `/dev/kfd`. */
  readonly compute: boolean;
  readonly source: 'sysfs' | 'amd-smi' | 'rocm-smi' | null;
  readonly gpus: readonly AmdGpu[];
  /** Why nothing is known of them. */
  readonly said: string | null;
}

const tools = [
  { source: 'amd-smi', words: ['amd-smi', 'metric', '--json'], parse: amdSmiGpus },
  {
    source: 'rocm-smi',
    words: ['rocm-smi', '--showtemp', '--showmeminfo', 'vram', '--showuse', '--showpower', '--showbus', '--json'],
    parse: rocmSmiGpus,
  },
] as const;

/** The kernel's files tell all that is judged; a tool is run only where they are hidden, and never beside nvidia-smi. */
export const amdDevices = defineProbe({
  name: 'amd.devices',
  summary: 'Each AMD GPU as the kernel shows it, or else amd-smi or rocm-smi',
  *steps(): Asking<AmdDevices> {
    const [kfd, nvidia, drm] = yield* askAll([
      stat('/dev/kfd'),
      stat('/proc/driver/nvidia/version'),
      list('/sys/class/drm'),
    ] as const);
    const names = drm.ok ? drm.entries.map(({ name }) => name).filter((name) => /^card\d+$/.test(name)) : [];
    const gpus = yield* amdCards(names.sort());
    if (gpus.length > 0) return { compute: kfd.ok, source: 'sysfs', gpus, said: null };
    if (!kfd.ok || nvidia.ok) return { compute: kfd.ok, source: null, gpus: [], said: null };
    let said = '';
    for (const { source, words, parse } of tools) {
      // It asks the driver, and hangs where the driver does.
      const reply = yield* ask(run(words, { wedges: true, deadlineMs: 20_000 }));
      const found = reply.exitCode === 127 ? null : parse(clean(captured(reply.stdout)));
      if (found !== null && found.length > 0) return { compute: true, source, gpus: found, said: null };
      if (reply.exitCode !== 127) said ||= `${source}: ${bothOutputs(reply).split('\n', 1)[0] ?? ''}`.slice(0, 200);
    }
    return { compute: true, source: null, gpus: [], said: said || 'neither amd-smi nor rocm-smi is there' };
  },
});
