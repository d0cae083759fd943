import { httpAsk, type Command, type HttpAsk, type HttpOptions } from './command.ts';

/**
 * Hears the body of an answer that succeeds (2xx) while it comes; any other body is in the reply.
 *
 * A body beyond the cap of the question is given up (`too_long`), and so is silence: of `firstMs` before its first byte,
 * of `idleMs` after any.
 */
export interface Hearing {
  chunk(bytes: Uint8Array): void;
  readonly firstMs: number;
  readonly idleMs: number;
}

type MakeOptions = Omit<HttpOptions, 'freshMs' | 'become'>;

/** An HTTP request that has a service make something and alters nothing that is there. It is sent once, whatever comes of it. */
export function makeByHttp(url: string, { deadlineMs = 600_000, ...options }: MakeOptions): Command<'create', HttpAsk> {
  const [ask] = httpAsk(url, options);
  return { effect: 'create', ask, deadlineMs, freshMs: -1 };
}
