import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { endWithParent } from './end-with-parent.mjs';
import { giveMemoryBack, openGpu, takeMemory } from './gpu-memory.mjs';

// SIMULATED: answers like Ollama by its documentation, with one model loaded until somebody has it unload that.
endWithParent();
const [port, mib] = process.argv.slice(2).map(Number);
const model = 'big-model:latest';
openGpu();
let isLoaded = takeMemory(mib, 'ollama');

async function answer(request, response) {
  response.setHeader('content-type', 'application/json');
  if (request.method === 'POST' && request.url === '/api/generate') {
    const asked = await json(request);
    if (asked.model === model && asked.keep_alive === 0) {
      isLoaded = false;
      giveMemoryBack();
    }
    response.end(JSON.stringify({ model: asked.model, response: '', done: true, done_reason: 'unload' }));
  } else if (request.url === '/api/ps') {
    const models = isLoaded ? [{ name: model, digest: 'simulated', size_vram: mib * 1_048_576 }] : [];
    response.end(JSON.stringify({ models }));
  } else if (request.url === '/api/version') response.end(JSON.stringify({ version: '0.11.0' }));
  else response.writeHead(404).end(JSON.stringify({ error: 'not found' }));
}

createServer((request, response) => void answer(request, response)).listen(port, '127.0.0.1', () =>
  process.stderr.write(`Listening on 127.0.0.1:${port} (version 0.11.0, simulated)\n`),
);
