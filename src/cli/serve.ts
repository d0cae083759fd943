import { once } from 'node:events';
import { z } from 'zod';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { complain } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({
  host: z.string().default('127.0.0.1').describe('An address of this machine alone'),
  port: z.int().min(0).max(65_535).default(8787).describe('0: one that is free'),
});

export const serve: Command = {
  words: 'serve',
  title: 'Answer by HTTP how ComfyUI is',
  about:
    'Answers GET in JSON until it is stopped: /health/comfyui, /health/comfyui/installation, /health/comfyui/models, /health/comfyui/instances and /health/comfyui/instances/GPU, with ?node=NAME for one node. 200: ok or degraded; 503: critical, or not known. Each answer is a new look and comes within a second of the node being reached; it changes nothing. Only this machine is answered.',
  face: 'http',
  flags: () => flagsOf(input),
  positional: [],
  runsUntilStopped: true,
  async run(values, { app, signal }) {
    const { host, port } = typed(input, values);
    const [{ serveHttp }, { comfyuiRoutes }] = await Promise.all([
      import('../http/server.ts'),
      import('../comfyui-routes.ts'),
    ]);
    // Those who are being answered when it is stopped hear their answer out.
    const routes = comfyuiRoutes(app, new AbortController().signal);
    const server = await serveHttp({ routes, host, port });
    complain(`Listening on ${server.url}`);
    for (const { path, summary } of routes) complain(`  ${path}  ${summary}`);
    if (!signal.aborted) await once(signal, 'abort');
    await server.close();
    return 0;
  },
};
