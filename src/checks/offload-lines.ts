import type { LogText } from '../core/service-manager.ts';

/** A line by which a model server tells where it computes. */
interface OffloadLine {
  readonly pattern: RegExp;
  readonly tells: 'gpu' | 'cpu';
  readonly source: string;
  readonly examples: readonly string[];
}

export const offloadLines: readonly OffloadLine[] = [
  {
    pattern: /offloaded 0\/\d+ layers to GPU/,
    tells: 'cpu',
    source: 'llama.cpp src/llama-model.cpp',
    examples: ['load_tensors: offloaded 0/33 layers to GPU'],
  },
  {
    pattern: /offloaded [1-9]\d*\/\d+ layers to GPU/,
    tells: 'gpu',
    source: 'llama.cpp src/llama-model.cpp',
    examples: ['load_tensors: offloaded 33/33 layers to GPU'],
  },
  {
    pattern: /no usable GPU found|ggml_cuda_init: (?:failed to initialize CUDA|no CUDA devices found)/,
    tells: 'cpu',
    source: 'llama.cpp common/arg.cpp, ggml-cuda.cu',
    examples: [
      'warning: no usable GPU found, --gpu-layers option will be ignored',
      'ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected',
    ],
  },
  {
    pattern: /whisper_backend_init_gpu: (?:no GPU found|device \d+: CPU)/,
    tells: 'cpu',
    source: 'whisper.cpp src/whisper.cpp',
    examples: ['whisper_backend_init_gpu: no GPU found'],
  },
  {
    pattern: /whisper_backend_init_gpu: using \w+ backend/,
    tells: 'gpu',
    source: 'whisper.cpp src/whisper.cpp',
    examples: ['whisper_backend_init_gpu: using CUDA0 backend'],
  },
  {
    pattern: /^(?:\[INFO\] )?Device: cuda:\d+ /,
    tells: 'gpu',
    source: 'ComfyUI model_management.py',
    examples: ['Device: cuda:0 NVIDIA L4 : cudaMallocAsync'],
  },
  {
    pattern: /^(?:\[INFO\] )?Device: cpu$/,
    tells: 'cpu',
    source: 'ComfyUI model_management.py',
    examples: ['Device: cpu'],
  },
];

/** The last such line of the logs of a service: each start writes one anew. */
export function offloadSaid(
  logs: readonly LogText[],
): { readonly tells: 'gpu' | 'cpu'; readonly line: string } | undefined {
  for (const { text } of logs) {
    for (const line of text.split('\n').toReversed()) {
      const known = offloadLines.find(({ pattern }) => pattern.test(line));
      if (known !== undefined) return { tells: known.tells, line: line.trim() };
    }
  }
  return undefined;
}
