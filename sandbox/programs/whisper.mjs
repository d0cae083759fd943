import { endWithParent } from './end-with-parent.mjs';
import { openGpu, takeMemory } from './gpu-memory.mjs';

// SIMULATED: behaves like a faster-whisper service with nothing to do. Without a GPU, or room on it, it goes on on the CPU.
endWithParent();
const log = (line) => process.stdout.write(`${line}\n`);
const loads = (device, format) => log(`Loading faster-whisper model=large-v3 device=${device} compute_type=${format}`);
const fallsBack = (because) => {
  log(`Failed to load faster-whisper on CUDA, falling back to CPU: ${because}`);
  loads('cpu', 'int8');
};
if (!openGpu()) loads('cpu', 'int8');
else if (!takeMemory(3_072, 'whisper')) fallsBack('CUDA failed with error out of memory');
else loads('cuda', 'float16');
setInterval(() => log('idle, 0 files transcribed'), 5_000);
