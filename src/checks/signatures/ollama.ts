import { defineSignatures } from '../../core/signature.ts';

const services = ['ollama'] as const;

/** Why Ollama is slow, or does not load a model. */
export const ollama = defineSignatures([
  {
    id: 'OL-CPU',
    services,
    pattern: /msg="inference compute" id=\S+ library="?cpu"?|no compatible GPUs were discovered/,
    meaning: 'Ollama found no GPU when it started, and computes on the CPU',
    advice:
      'See whether its container has a GPU and the driver is well; it looks only when it starts, so start it again then.',
    restartHelps: 'after-fix',
    examples: [
      'time=2026-08-21T19:52:07.071Z level=INFO source=types.go:60 msg="inference compute" id=cpu library=cpu compute="" name=cpu',
      'level=INFO source=gpu.go:386 msg="no compatible GPUs were discovered"',
    ],
    source: 'ollama discover/types.go, gpu.go',
  },
  {
    id: 'OL-WATCH',
    services,
    pattern: /GPU discovery watchdog timed out|failure during (?:llama-server )?GPU discovery/,
    meaning: 'The look for GPUs took too long: the driver is slow or hangs',
    advice:
      'See whether nvidia-smi answers on the machine; enable persistence, and start Ollama again when the driver is well.',
    restartHelps: 'maybe',
    examples: [
      'level=WARN msg="GPU discovery watchdog timed out"',
      'level=INFO msg="failure during GPU discovery" OLLAMA_LIBRARY_PATH=...',
    ],
    source: 'ollama discover/runner.go',
  },
  {
    id: 'OL-SKIP',
    services,
    pattern:
      /skipping CUDA device .{0,6}compute capability|dropping ROCm device .{0,6}no rocblas|AMD driver is too old|user overrode visible devices/,
    meaning: 'Ollama leaves the GPU out: it is too old or too new for this build, or its environment hides it',
    advice: 'Take an image for this GPU, and see that no *_VISIBLE_DEVICES hides it.',
    restartHelps: 'no',
    examples: [
      'level=WARN msg="skipping CUDA device — compute capability not supported by this build"',
      'level=INFO msg="user overrode visible devices" CUDA_VISIBLE_DEVICES=-1',
    ],
    source: 'ollama discover/llama_server.go, amd.go',
  },
  {
    id: 'OL-MEM',
    services,
    pattern: /model requires more system memory \([^)]+\) than is available \([^)]+\)/,
    meaning: 'The model does not fit into the memory of the machine',
    advice: 'Take a smaller quantisation, or unload what else holds memory.',
    restartHelps: 'no',
    examples: ['Error: model requires more system memory (48.1 GiB) than is available (30.2 GiB)'],
    source: 'ollama/ollama#10920',
  },
  {
    id: 'OL-SLOW',
    services,
    pattern: /timed out waiting for llama-server to start/,
    meaning: 'Loading the model took longer than Ollama waits: the disk or the network volume is slow',
    advice: 'See how fast the volume of the models reads; OLLAMA_LOAD_TIMEOUT only makes it wait longer.',
    restartHelps: 'maybe',
    examples: ['Error: timed out waiting for llama-server to start - progress 0.42'],
    source: 'ollama llm/llama_server.go',
  },
  {
    id: 'OL-DIED',
    services,
    pattern: /(?:llama-server|llama runner) process has terminated: |model runner has unexpectedly stopped/,
    meaning: 'The process that held the model ended by itself: out of memory, a CUDA error, or a broken model',
    advice:
      'See whether the kernel killed it and what the kernel says of the GPU; the line before this one often tells.',
    generic: true,
    restartHelps: 'maybe',
    examples: [
      'Error: llama runner process has terminated: signal: killed',
      'Error: model runner has unexpectedly stopped, this may be due to resource limitations',
    ],
    source: 'ollama llm/llama_server.go',
  },
  {
    id: 'OL-BUSY',
    services,
    pattern: /server busy, please try again\.\s{1,4}maximum pending requests exceeded/,
    meaning: 'More requests wait than Ollama lets wait: that is load, and no fault',
    advice: 'Spread the load, or raise OLLAMA_MAX_QUEUE and OLLAMA_NUM_PARALLEL with the memory in view.',
    restartHelps: 'no',
    examples: ['{"error":"server busy, please try again.  maximum pending requests exceeded"}'],
    source: 'ollama server/sched.go',
  },
]);
