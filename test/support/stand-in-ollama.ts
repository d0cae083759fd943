import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** SIMULATED: a stand-in for Ollama that answers by its documentation, and has loaded what it is told. */
export async function standInOllama(names: readonly string[]) {
  let loaded = names;
  const server = createServer((request, response) => {
    void (async () => {
      response.setHeader('content-type', 'application/json');
      if (request.method === 'POST' && request.url === '/api/generate') {
        const { model, keep_alive: kept } = (await json(request)) as { model: string; keep_alive: number };
        if (kept === 0) loaded = loaded.filter((name) => name !== model);
        response.end(JSON.stringify({ model, response: '', done: true, done_reason: 'unload' }));
      } else if (request.url === '/api/ps') {
        const models = loaded.map((name) => ({ name, digest: name, size_vram: 5_137_025_024 }));
        response.end(JSON.stringify({ models }));
      } else {
        response.end(JSON.stringify({ version: '0.11.0' }));
      }
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/version`,
    loaded: () => loaded,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
