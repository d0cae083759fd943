import { http, type HttpAnswer, type HttpTrouble } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { defineProbe } from '../core/probe.ts';
import { clean } from '../core/text.ts';

/** Whether a stream to the frontend could be made from the node, and what kept it from that. */
export type TemporalReach =
  | { readonly reached: true; readonly ms: number }
  | {
      readonly reached: false;
      /** `unresolved`: its name; `unroutable`: no way to its address; `denied`: the node makes no connection for us. */
      readonly why: 'refused' | 'unresolved' | 'unroutable' | 'timeout' | 'denied';
      readonly message: string;
      readonly ms: number;
    };

const defaultPort = 7233;

/** A gRPC port can't answer in HTTP/1.1: whatever it says to a request, and that it hangs up, proves that it is there. */
export const temporalReach = defineProbe({
  name: 'temporal.reach',
  summary: 'Whether the Temporal frontend can be reached from the node',
  command: ({ address }: { readonly address: string }) =>
    http(`http://${withPort(address)}/`, { bytes: 1_024, deadlineMs: 5_000 }),
  parse: (reply: HttpAnswer | HttpTrouble): TemporalReach => {
    if (reply.ok) return { reached: true, ms: reply.ms };
    const { ms } = reply;
    const message = clean(reply.message);
    const failed = failures.find(({ says }) => says.test(message));
    if (failed !== undefined) return { reached: false, why: failed.why, message, ms };
    if (reply.reason === 'protocol' || reply.reason === 'reset') return { reached: true, ms };
    return { reached: false, why: reply.reason === 'missing' ? 'unresolved' : reply.reason, message, ms };
  },
});

/** In the words of sshd and glibc, of Node, and of curl; a plain reason of the transport tells less. */
const failures = [
  {
    why: 'unresolved',
    says: /not known|name resolution|No address associated|ENOTFOUND|EAI_AGAIN|resolve host/i,
  },
  {
    why: 'unroutable',
    says: /No route to host|Network is unreachable|Host is (?:down|unreachable)|EHOSTUNREACH|ENETUNREACH/i,
  },
  { why: 'timeout', says: /timed out|ETIMEDOUT/i },
] as const;

/** Errors: `OUTPUT_UNREADABLE` for what is no address. */
function withPort(address: string): string {
  const full = /:\d{1,5}$/.test(address) ? address : `${address}:${defaultPort}`;
  const { host, pathname } = URL.canParse(`http://${full}/`) ? new URL(`http://${full}/`) : { host: '', pathname: '' };
  if (host === '' || pathname !== '/')
    throw new OpsError('OUTPUT_UNREADABLE', `"${address}" is no host:port of a Temporal frontend.`);
  return full;
}
