import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { gpuName } from './each-gpu.ts';
import { lastRuns, logNeeds } from './log-needs.ts';
import { readLog } from './read-log.ts';
import { signatures } from './signatures/index.ts';
import { whisperLoad, type WhisperLoad } from './whisper-lines.ts';

/** Whisper that finds no GPU goes on without, answers 200, and takes ten times as long. */
export const wspDevice = defineCheck({
  name: 'wsp.device',
  summary: 'Whisper runs on the GPU that it is meant to use',
  layer: 'inference',
  rule: 'Critical when Whisper runs on the CPU although GPUs are well; degraded when they are not, or when it runs in int8 on the GPU.',
  unseen: 'A Whisper whose log does not say on what it runs, or said so before the end that is read.',
  subjects: services(
    ({ kind, gpu, manager, logs }) =>
      (kind === 'whisper' || kind === 'worker') && gpu && (manager !== 'none' || logs.length > 0),
  ),
  needs: (service, node) => ({ ...logNeeds(service, node), devices: need(gpuDevices, { become: node.become }) }),
  evaluate(facts, service, node): readonly Verdict[] {
    const { name, kind } = service;
    const lines = lastRuns(facts, service).flatMap((run) => run.lines);
    const load = whisperLoad(lines, kind === 'whisper');
    if (load === undefined) {
      if (kind !== 'whisper') return [];
      const summary = `${name}: its log does not show on what Whisper runs; that it holds a GPU is shown by its open devices.`;
      return [{ status: 'not_applicable', summary }];
    }
    if (load.device === 'gpu') {
      const said = `${name}: Whisper runs on the GPU${load.format === null ? '' : ` in ${load.format}`}`;
      if (load.format !== 'int8') return [{ status: 'ok', summary: `${said}.` }];
      const say = 'If it is not meant so, free GPU memory and load it in float16.';
      return [{ status: 'degraded', summary: `${said}, with fewer bits than the GPU can.`, next: [{ say }] }];
    }
    const { isWell, says } = stateOf(facts.devices);
    const cause = causeOf(load, lines);
    const why = cause === undefined ? '' : `: ${cause.meaning}`;
    const keep = 'Keep it running meanwhile: it works, only slowly.';
    return [
      {
        status: isWell ? 'critical' : 'degraded',
        summary: `${name}: Whisper ${load.fellBack ? 'fell back to' : 'runs on'} the CPU${why} (${says}).`,
        ...(cause !== undefined && { signature: cause.id }),
        restartHelps: cause?.restartHelps ?? (isWell ? 'yes' : 'after-fix'),
        next: [
          { say: `${cause?.advice ?? 'See that the GPU is visible to it, then restart it alone.'} ${keep}` },
          readLog(node, service),
        ],
      },
    ];
  },
});

/** What the line of the fallback, or one before it, says of the libraries and the memory. */
function causeOf({ line, fellBack }: WhisperLoad, lines: readonly string[]) {
  const known = signatures.filter(({ id }) => /^(?:WH|CU|LL-DRIVER|LL-SO)/.test(id));
  const match = (text: string) => known.find(({ pattern }) => pattern.test(text));
  const own = fellBack ? match(line.replace(/^.*?\bcpu\b\W*/i, '')) : undefined;
  return (
    own ??
    lines
      .slice(0, lines.lastIndexOf(line))
      .map(match)
      .findLast((found) => found !== undefined)
  );
}

/** Whether the GPUs could be used, with the one that has most room. */
function stateOf(devices: GpuDevices): { readonly isWell: boolean; readonly says: string } {
  if (devices.state !== 'answered') return { isWell: false, says: 'the GPUs give no answer' };
  const well = devices.gpus.filter(({ faults }) => faults.length === 0);
  if (well.length === 0) return { isWell: false, says: 'nvidia-smi lists no GPU that is well' };
  const [best] = well.toSorted((a, b) => (b.memory?.freeBytes ?? 0) - (a.memory?.freeBytes ?? 0));
  if (best === undefined || best.memory === null) return { isWell: true, says: 'the GPUs are well' };
  const { freeBytes, totalBytes } = best.memory;
  return { isWell: true, says: `${gpuName(best)} is well, ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free` };
}
