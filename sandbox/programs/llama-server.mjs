import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { readHeader } from './gguf-header.mjs';
import { endWithParent } from './end-with-parent.mjs';
import { openGpu, takeMemory } from './gpu-memory.mjs';
import { createLlamaApi } from './llama-api.mjs';

// Behaves like llama-server: the same lines, the same /health, the same failure for a bad model file. What it writes is simulated.
endWithParent();
const { values } = parseArgs({
  options: { model: { type: 'string' }, host: { type: 'string' }, port: { type: 'string' } },
});
const say = (line) => process.stderr.write(`${line}\n`);

const state = { ready: false, model: basename(values.model, '.gguf') };
const api = createLlamaApi(state);
const server = createServer((request, response) => {
  // A body that is no JSON, as from a client that went away.
  api(request, response).catch(() => response.destroy());
});
server.on('error', (error) => {
  say(`main: couldn't bind HTTP server socket, hostname: ${values.host}, port: ${values.port}: ${error.message}`);
  process.exit(1);
});
server.listen(Number(values.port), values.host, () => {
  say('build: 0 (sandbox) with Node for this machine');
  say(`main: HTTP server is listening, hostname: ${values.host}, port: ${values.port}, http threads: 1`);
  say('main: loading model');
  say(`srv    load_model: loading model '${values.model}'`);
  try {
    load();
  } catch (error) {
    say(error.message);
    say('llama_model_load_from_file_impl: failed to load model');
    say(`common_init_from_params: failed to load model '${values.model}'`);
    say(`srv    load_model: failed to load model, '${values.model}'`);
    say('srv    operator(): operator(): cleaning up before exit...');
    say('main: exiting due to model loading error');
    process.exit(1);
  }
  state.ready = true;
  say(`main: server is listening on http://${values.host}:${values.port} - starting the main loop`);
  say('srv  update_slots: all slots are idle');
});

function load() {
  const bytes = readFileSync(values.model);
  const { version, keyCount, tensors, dataStart } = readHeader(bytes);
  const beyond = tensors.find((tensor) => dataStart + tensor.offset + tensor.bytes > bytes.length);
  if (beyond !== undefined) {
    throw new Error(
      `llama_model_load: error loading model: tensor '${beyond.name}' data is not within the file bounds, model is corrupted or incomplete`,
    );
  }
  useGpu();
  say(
    `llama_model_loader: loaded meta data with ${keyCount} key-value pairs and ${tensors.length} tensors from ${values.model} (version GGUF V${version} (latest))`,
  );
  say(`print_info: file size   = ${(bytes.length / 1024 ** 2).toFixed(2)} MiB (32.00 BPW)`);
  say(`main: model loaded: ${basename(values.model)}`);
}

/** Without a GPU it computes on the CPU, as the real one does; without room there it gives up. */
function useGpu() {
  if (!openGpu()) {
    say('ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected');
    say('warning: no usable GPU found, --gpu-layers option will be ignored');
  } else if (!takeMemory(4_096, 'llama-server')) {
    say(
      'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory',
    );
    throw new Error('llama_model_load: error loading model: unable to allocate CUDA0 buffer');
  } else say('load_tensors: offloaded 1/1 layers to GPU');
}
