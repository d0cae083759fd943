import { createHmac } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { News } from './watch-news.ts';

const patienceMs = 10_000;
const triesApartMs = [1_000, 5_000];

/** Why somebody could not be told, as a sentence; undefined where they were. */
export type Told = string | undefined;

/** Starts a program of this machine with the news on its stdin, as JSON. */
export async function tellProgram(program: string, news: News, signal: AbortSignal): Promise<Told> {
  const child = spawn(program, [], {
    stdio: ['pipe', 'ignore', 'inherit'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs * 3)]),
  });
  // A program that reads nothing is told all the same.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify(news)}\n`);
  try {
    await once(child, 'exit');
    const { exitCode } = child;
    return exitCode === 0
      ? undefined
      : `${program} ended with ${exitCode === null ? 'a signal' : `exit status ${exitCode}`}.`;
  } catch (thrown) {
    return `${program} could not be run: ${messageOf(thrown)}`;
  }
}

/**
 * Posts the news as JSON, and again after a moment where nobody took them.
 *
 * With a secret it is signed: `x-rackhand-signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`.
 */
export async function tellUrl(
  url: string,
  news: News,
  {
    secret,
    signal,
    apartMs = triesApartMs,
  }: { readonly secret: string | undefined; readonly signal: AbortSignal; readonly apartMs?: readonly number[] },
): Promise<Told> {
  const body = JSON.stringify(news);
  for (let tried = 0; ; tried += 1) {
    const trouble = await posted(url, body, secret, signal);
    const pauseMs = apartMs[tried];
    if (trouble === undefined || pauseMs === undefined || signal.aborted) return trouble;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function posted(url: string, body: string, secret: string | undefined, signal: AbortSignal): Promise<Told> {
  const { origin } = new URL(url);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(secret !== undefined && signature(secret, body, Date.now())) },
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `${origin} answered with HTTP status ${response.status}.`;
  } catch (thrown) {
    return `${origin} could not be told: ${messageOf(thrown)}`;
  }
}

/** What a receiver checks a body by; `at` is epoch ms. */
export function signature(secret: string, body: string, at: number): { readonly 'x-rackhand-signature': string } {
  const seconds = Math.floor(at / 1_000);
  const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return { 'x-rackhand-signature': `t=${seconds},v1=${hex}` };
}

const messageOf = (thrown: unknown): string => {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return cause instanceof Error ? cause.message : String(cause);
};
