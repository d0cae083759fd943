import { OpsError } from '../core/errors.ts';
import type { Hop } from './route.ts';

/** Where a hop stands on its route, for messages. */
export interface Place {
  readonly node: string;
  readonly jump: boolean;
}

export const addressOf = ({ host, port }: Hop): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const unresolved = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NONAME', 'EAI_NODATA', 'EAI_FAIL']);

/** What kept us from logging in to a hop, as a code with what to do. An error that is ours already passes. */
export function connectError(thrown: unknown, hop: Hop, { node, jump }: Place): OpsError {
  if (thrown instanceof OpsError) return thrown;
  const { message, code, level } = facts(thrown);
  const at = jump ? `the jump host ${addressOf(hop)} of ${node}` : `${node} (${addressOf(hop)})`;
  if (level === 'client-authentication' || message.startsWith('Too many authentication failures'))
    return new OpsError('AUTH_FAILED', `${at} accepts no key for the user ${hop.user}; tried ${tried(hop)}.`, {
      cause: thrown,
      hint: `Put the public key into authorized_keys of ${hop.user} there, or set the user and identity that it knows.`,
    });
  if (message.includes('no matching'))
    return new OpsError('REFUSED_BY_NODE', `${at} and we share no algorithm: ${message}.`, {
      cause: thrown,
      hint: "Set `transport: openssh` for this node, so that the system's ssh is used.",
    });
  const name = jump ? 'JUMP_UNREACHABLE' : unresolved.has(code) ? 'UNRESOLVED' : 'UNREACHABLE';
  return new OpsError(name, `${at} can not be reached: ${reason(message, code)}.`, {
    cause: thrown,
    hint: hintFor(code, hop),
  });
}

function facts(thrown: unknown): { message: string; code: string; level: string } {
  if (!(thrown instanceof Error)) return { message: String(thrown), code: '', level: '' };
  return {
    message: thrown.message,
    code: 'code' in thrown ? String(thrown.code) : '',
    level: 'level' in thrown ? String(thrown.level) : '',
  };
}

function tried({ identities, agent }: Hop): string {
  const names = [...identities, ...(agent === null ? [] : [`the agent at ${agent}`])];
  return names.length === 0 ? 'nothing, because no identity and no agent is set' : names.join(', ');
}

function reason(message: string, code: string): string {
  if (code === 'ECONNREFUSED' || message.includes('Connection refused')) return 'the port refuses connections';
  if (unresolved.has(code)) return 'its name does not resolve';
  if (code === 'ETIMEDOUT' || message.startsWith('Timed out')) return 'no answer in time';
  return message === '' ? code : message;
}

function hintFor(code: string, { host, port }: Hop): string {
  if (unresolved.has(code)) return `Correct the host name ${host}, or look whether the resolver works.`;
  if (code === 'ECONNREFUSED') return `See whether sshd runs there and listens on port ${port}.`;
  return 'See whether the machine is up, and whether the address, port and network between are right.';
}
