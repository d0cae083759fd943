import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { http, type HttpAnswer, type HttpTrouble } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { jsonValue } from '../services/record.ts';
import { stackFile } from './stack-file.ts';
import { stackMembers, type MembersInput, type StackMember } from './stack-members.ts';

export interface ServerInput extends MembersInput {
  /** Where it answers, where that is declared. */
  readonly url?: string | undefined;
}

/** A server of a stack, as the node reaches it. */
export type ServerAnswer<T> =
  /** No container of it runs, and none says where else it would be. */
  | { readonly state: 'down' }
  | { readonly state: 'silent'; readonly url: string; readonly why: string }
  | ({ readonly state: 'answers'; readonly url: string; readonly status: number; readonly ms: number } & T);

/** What Ollama has, and what of it is loaded; null where it says something else. Sizes in bytes. */
interface Ollama {
  readonly models: readonly string[] | null;
  readonly loaded: readonly { readonly name: string; readonly size: number; readonly onGpu: number }[] | null;
}

const tagsSchema = z.object({ models: z.array(z.object({ name: z.string() })).nullable() });
const psSchema = z.object({
  models: z.array(z.object({ name: z.string(), size: z.number(), size_vram: z.number().default(0) })).nullable(),
});

/** Source: Ollama's API, `/api/tags` and `/api/ps`. */
export const stackOllama = defineProbe({
  name: 'stack.ollama',
  summary: 'Whether the Ollama of a stack answers, which models it has, and how much of the loaded ones is on the GPU',
  *steps(input: ServerInput): Asking<ServerAnswer<Ollama>> {
    const url = yield* addressOf('ollama', 11_434, input);
    if (url === null) return { state: 'down' };
    const [tags, ps] = yield* askAll([get(`${url}/api/tags`), get(`${url}/api/ps`)]);
    if (!tags.ok) return silent(url, tags);
    return {
      state: 'answers',
      url,
      status: tags.status,
      ms: tags.ms,
      models: modelsIn(tags),
      loaded: loadedIn(ps),
    };
  },
});

/** Its page is its health: it is there when the server is. */
export const stackComfyui = defineProbe({
  name: 'stack.comfyui',
  summary: 'Whether the ComfyUI of a stack answers',
  *steps(input: ServerInput): Asking<ServerAnswer<object>> {
    const url = yield* addressOf('comfyui', 8188, input);
    if (url === null) return { state: 'down' };
    const page = yield* ask(get(`${url}/`));
    return page.ok ? { state: 'answers', url, status: page.status, ms: page.ms } : silent(url, page);
  },
});

const get = (url: string) => http(url, { deadlineMs: 5_000, bytes: 4_194_304 });

const silent = (url: string, { reason, message }: HttpTrouble) =>
  ({ state: 'silent', url, why: reason === 'refused' ? 'nothing listens there' : clean(message) }) as const;

const told = <T>(reply: HttpAnswer | HttpTrouble, schema: z.ZodType<T>): T | null =>
  reply.ok && reply.status === 200 ? (schema.safeParse(jsonValue(captured(reply.body))).data ?? null) : null;

function modelsIn(reply: HttpAnswer): Ollama['models'] {
  const answer = told(reply, tagsSchema);
  return answer === null ? null : (answer.models ?? []).map(({ name }) => clean(name));
}

function loadedIn(reply: HttpAnswer | HttpTrouble): Ollama['loaded'] {
  const answer = told(reply, psSchema);
  if (answer === null) return null;
  return (answer.models ?? []).map(({ name, size, size_vram: onGpu }) => ({ name: clean(name), size, onGpu }));
}

/** A port that is not published is reached at the address that the container has on its network. */
function* addressOf(kind: string, port: number, { url, ...input }: ServerInput): Asking<string | null> {
  if (url !== undefined) return url.replace(/\/+$/, '');
  const file = yield* stackFile.steps(input);
  const found = yield* stackMembers.steps(input);
  if (!found.reachable) return null;
  const isLine = (name: string) => file.read && file.services.some((each) => each.name === name && each.isShellLine);
  const server = found.members.find(
    ({ image, status, service }) => image.includes(kind) && status === 'running' && !isLine(service),
  );
  return server === undefined ? null : placeOf(server, port);
}

function placeOf({ networkMode, ports, networks }: StackMember, port: number): string | null {
  const published = ports.find((each) => each.port === port)?.hostPort;
  if (networkMode === 'host' || published !== undefined) return `http://127.0.0.1:${published ?? port}`;
  const address = networks.find((each) => each.address !== null)?.address;
  return address === undefined ? null : `http://${address}:${port}`;
}
