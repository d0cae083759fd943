import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves on loopback; `seen` is each request with its Host, `atWork` how many answers to a POST are being written. */
export async function serveStandIn(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  health: string,
) {
  const seen: { path: string; host: string | undefined }[] = [];
  let atWork = 0;
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', host: request.headers.host });
    if (request.method === 'POST') {
      atWork += 1;
      response.on('close', () => (atWork -= 1));
    }
    // A body that is no JSON, as from a client that went away.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}${health}`,
    seen,
    atWork: () => atWork,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
