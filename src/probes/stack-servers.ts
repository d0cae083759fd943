import { http, type HttpTrouble } from '../core/command.ts';
import type { Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
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
  /** The engine does not tell what runs. */
  | { readonly state: 'untold'; readonly why: string }
  | { readonly state: 'silent'; readonly url: string; readonly why: string }
  | ({ readonly state: 'answers'; readonly url: string; readonly status: number; readonly ms: number } & T);

/** Asks it. */
export const get = (url: string) => http(url, { deadlineMs: 5_000, bytes: 4_194_304 });

export const silent = (url: string, { reason, message }: HttpTrouble) =>
  ({ state: 'silent', url, why: reason === 'refused' ? 'nothing listens there' : clean(message) }) as const;

/** A port that is not published is reached at the address that the container has on its network. */
export function* addressOf(
  kind: string,
  port: number,
  { url, ...input }: ServerInput,
): Asking<string | Extract<ServerAnswer<object>, { state: 'down' | 'untold' }>> {
  if (url !== undefined) return url.replace(/\/+$/, '');
  const file = yield* stackFile.steps(input);
  const found = yield* stackMembers.steps(input);
  if (!found.reachable) return { state: 'untold', why: found.say };
  const isLine = (name: string) => file.read && file.services.some((each) => each.name === name && each.isShellLine);
  const server = found.members.find(
    ({ image, status, service }) =>
      (image.includes(kind) || service.includes(kind)) && status === 'running' && !isLine(service),
  );
  const place = server === undefined ? null : placeOf(server, port);
  return place ?? { state: 'down' };
}

function placeOf({ networkMode, ports, networks }: StackMember, port: number): string | null {
  const published = ports.find((each) => each.port === port)?.hostPort;
  if (networkMode === 'host' || published !== undefined) return `http://127.0.0.1:${published ?? port}`;
  const address = networks.find((each) => each.address !== null)?.address;
  return address === undefined ? null : `http://${address}:${port}`;
}
