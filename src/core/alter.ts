import {
  execAsk,
  httpAsk,
  type Ask,
  type Command,
  type ExecAsk,
  type ExecOptions,
  type HttpAsk,
  type HttpOptions,
  type Options,
} from './command.ts';

/** Proof, checked on the node in the breath before a change, that whoever sends it still holds the lock of the node. */
export interface Fence {
  readonly token: string;
  /** From the check on, nobody else takes the lock for this long: longer than the change may take. */
  readonly leaseSeconds: number;
}

/** Nobody may use its answer again, and its silence is never one. */
function alter<A extends Ask>(
  ask: A,
  { become, deadlineMs = 60_000 }: Options,
  lingersMs: number | undefined,
): Command<'change', A> {
  return {
    effect: 'change',
    ask,
    deadlineMs,
    freshMs: -1,
    ...(become && { become }),
    ...(lingersMs !== undefined && { lingersMs }),
  };
}

interface Lingering {
  readonly lingersMs?: number;
}

/** An HTTP request that alters something; a program on the node sends it, behind the fence. */
export function alterByHttp(url: string, { lingersMs, ...options }: Omit<HttpOptions, 'from'> & Lingering) {
  const [ask, rest] = httpAsk(url, options);
  return alter<HttpAsk>(ask, rest, lingersMs);
}

/** A program that alters something. */
export function alterByRun(
  words: ExecAsk['words'],
  { lingersMs, ...options }: Omit<ExecOptions, 'wedges'> & Lingering = {},
) {
  const [ask, rest] = execAsk(words, options);
  return alter<ExecAsk>(ask, rest, lingersMs);
}
