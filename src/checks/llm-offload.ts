import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { unitOf, type Service } from '../core/service.ts';
import type { ManagerAnswer } from '../core/service-manager.ts';
import { processes, treeOf, type Processes } from '../probes/processes.ts';
import { lastRuns, logNeeds } from './log-needs.ts';
import { readLog } from './read-log.ts';

/** A build for CUDA that finds no CUDA says nothing of it and serves from the CPU: the trouble is a line that is missing. */
export const llmOffload = defineCheck({
  name: 'llm.offload',
  summary: 'llama-server has put its model on the GPU',
  layer: 'inference',
  rule: 'Critical when no layer is on the GPU, or when a loaded model names no GPU at all; degraded when a part is not, unless -ngl asked for that. Source: llama.cpp.',
  unseen: 'Loads whose lines lie before the end of the log that is read, and builds that write other lines.',
  subjects: services(
    ({ kind, gpu, manager, logs }) => kind === 'llama' && gpu && (manager !== 'none' || logs.length > 0),
  ),
  needs: (service, node) => ({ ...logNeeds(service, node), processes: need(processes, {}) }),
  evaluate(facts, service, node): Verdict {
    const load = loadOf(lastRuns(facts, service).flatMap(({ lines }) => lines));
    const { name } = service;
    const next = [{ say: seeLibraries }, readLog(node, service)];
    if (load.layers !== undefined) {
      const { offloaded, all } = load.layers;
      const said = `${name}: ${offloaded} of ${all} layers are on the GPU`;
      if (offloaded === all) return { status: 'ok', summary: `${said}.` };
      if (offloaded === 0)
        return {
          status: 'critical',
          summary: `${said}: it answers, but slowly.`,
          signature: 'LL-NOGPU',
          restartHelps: 'after-fix',
          next,
        };
      const wanted = wantedLayers(facts.states, facts.processes, service);
      if (wanted !== undefined && wanted <= offloaded)
        return { status: 'ok', summary: `${said}, as its -ngl ${wanted} asks.` };
      return { status: 'degraded', summary: `${said}, the rest runs on the CPU.`, next: [{ say: makeRoom }] };
    }
    if (load.onGpu !== undefined)
      return { status: 'ok', summary: `${name}: its log shows the GPU at work (${load.onGpu}).` };
    if (!load.loaded) {
      const summary = `${name}: its log does not show how the model was loaded; whether it holds a GPU is shown by its open devices.`;
      return { status: 'not_applicable', summary };
    }
    return {
      status: 'critical',
      summary: `${name}: it has loaded its model and its log names no GPU at all: it runs on the CPU, and its health URL does not show it.`,
      restartHelps: 'after-fix',
      next,
    };
  },
});

const seeLibraries =
  'See which library its GPU backend lacks: ldd on libggml-cuda.so with the LD_LIBRARY_PATH of the service; libcuda.so.1 missing means that the container was given no driver. Restart it when the GPU is well.';
const makeRoom =
  'If more is to fit: lower batch, parallel and context in this order; -ngl last. If so many are meant, say so with -ngl.';

interface Load {
  readonly layers: { readonly offloaded: number; readonly all: number } | undefined;
  readonly onGpu: string | undefined;
  /** Tensors were given their buffers, which comes after everything that is said of a GPU. */
  readonly loaded: boolean;
}

/** Source: logs of the continuous integration of llama.cpp, on the CPU and on CUDA; ggml-org/llama.cpp#27923. */
function loadOf(lines: readonly string[]): Load {
  const last = (pattern: RegExp) => lines.map((line) => pattern.exec(line)).findLast((found) => found !== null);
  const [, offloaded, all] = last(/offloaded (\d+)\/(\d+) layers to GPU/) ?? [];
  const gpu = last(/load_tensors: +((?:CUDA|ROCm|Vulkan|SYCL|MUSA|CANN|HIP)\d*)\S* (?:model )?buffer size/)?.[1];
  const backend = last(/load_backend: loaded (CUDA|ROCm|HIP|Vulkan|SYCL|MUSA|CANN) backend/)?.[1];
  return {
    layers: offloaded === undefined ? undefined : { offloaded: Number(offloaded), all: Number(all) },
    onGpu: gpu ?? backend,
    loaded: last(/load_tensors: .*buffer size/) !== undefined,
  };
}

/** What the program was started with, where its process can be told. */
function wantedLayers(states: ManagerAnswer, { list }: Processes, service: Service): number | undefined {
  const state = states.reachable ? states.services.find(({ unit }) => unit === unitOf(service)) : undefined;
  if (state?.pid == null) return undefined;
  const found = treeOf(list, state.pid).flatMap(
    ({ args }) => / (?:-ngl|--n-gpu-layers|--gpu-layers)[ =](\d+)(?= |$)/.exec(args)?.[1] ?? [],
  );
  return found[0] === undefined ? undefined : Number(found[0]);
}
