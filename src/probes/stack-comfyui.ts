import { ask, defineProbe, type Asking } from '../core/probe.ts';
import { addressOf, get, silent, type ServerAnswer, type ServerInput } from './stack-servers.ts';

/** Its page is its health: it is there when the server is. */
export const stackComfyui = defineProbe({
  name: 'stack.comfyui',
  summary: 'Whether the ComfyUI of a stack answers',
  *steps(input: ServerInput): Asking<ServerAnswer<object>> {
    const url = yield* addressOf('comfyui', 8188, input);
    if (typeof url !== 'string') return url;
    const page = yield* ask(get(`${url}/`));
    return page.ok ? { state: 'answers', url, status: page.status, ms: page.ms } : silent(url, page);
  },
});
