import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { comfyuiRoutes } from '../../src/comfyui-routes.ts';
import { serveHttp } from '../../src/http/server.ts';
import { comfyuiNode } from '../support/comfyui-node.ts';
import { ms, timed, type Figure } from './measure.ts';

const answers = 10;
const body = z.object({
  status: z.literal('unknown'),
  nodes: z.tuple([z.object({ instances: z.array(z.object({ gpu: z.number(), status: z.string() })).length(8) })]),
});

/** The health of eight instances of ComfyUI over one SSH connection, by HTTP, while one of them answers nothing. */
export async function comfyuiHealth(): Promise<Figure> {
  const gpu = ['--vram', '80530636800/85899345920'];
  const node = await comfyuiNode(Array.from({ length: 8 }, () => gpu));
  const app = await createApp({ fleetPath: node.fleet() });
  const routes = comfyuiRoutes(async () => app, new AbortController().signal);
  const server = await serveHttp({ routes, host: '127.0.0.1', port: 0 });
  const ask = async () => (await fetch(`${server.url}/health/comfyui`)).json();
  try {
    await ask();
    node.hang(7);
    let slowest = 0;
    for (let answer = 0; answer < answers; answer += 1) {
      slowest = Math.max(
        slowest,
        await timed(async () => {
          const [{ instances }] = body.parse(await ask()).nodes;
          const wrong = instances.filter((one) => (one.status === 'unknown') !== (one.gpu === 7));
          if (wrong.length > 0) throw new Error(`not as it should be: ${JSON.stringify(wrong)}`);
        }),
      );
    }
    return {
      figure: `/health/comfyui over 8 instances of a stand-in of ComfyUI, one of which hangs: the slowest of ${answers} answers`,
      goal: '≤ 1000 ms',
      seen: ms(slowest),
      reached: slowest <= 1_000,
    };
  } finally {
    await server.close();
    await app.close();
    await node.end();
  }
}
