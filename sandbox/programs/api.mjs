import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { endWithParent } from './end-with-parent.mjs';

// Behaves like a FastAPI service under uvicorn whose /health asks the model server that it needs.
endWithParent();
const [port, llamaHealth, app] = process.argv.slice(2);
const log = (line) => process.stderr.write(`INFO:     ${line}\n`);

if (!existsSync(app)) {
  process.stderr.write('ERROR:    Error loading ASGI app. Could not import module "src.api.main".\n');
  process.exit(1);
}

async function llamaState() {
  try {
    const answer = await fetch(llamaHealth, { signal: AbortSignal.timeout(1_000) });
    return answer.ok ? 'ok' : 'down';
  } catch {
    return 'down';
  }
}

async function answer(request, response) {
  const known = request.url === '/health';
  const llama = known ? await llamaState() : 'unknown';
  const [status, words] = !known ? [404, 'Not Found'] : llama === 'ok' ? [200, 'OK'] : [503, 'Service Unavailable'];
  const body = known ? { status: llama === 'ok' ? 'ok' : 'degraded', api: 'ok', llama } : { detail: 'Not Found' };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const { remoteAddress, remotePort } = request.socket;
  process.stdout.write(
    `INFO:     ${remoteAddress}:${remotePort} - "${request.method} ${request.url} HTTP/1.1" ${status} ${words}\n`,
  );
}

const server = createServer((request, response) => void answer(request, response));
log(`Started server process [${process.pid}]`);
log('Waiting for application startup.');
log('Application startup complete.');
server.listen(Number(port), '127.0.0.1', () =>
  log(`Uvicorn running on http://127.0.0.1:${port} (Press CTRL+C to quit)`),
);
