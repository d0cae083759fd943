import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** What the browser said about a page since it was opened: a method of its protocol with its words. */
export interface Said {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A page in a real browser. */
export interface BrowserPage {
  /** So wide, and as dark as the reader has it. */
  look(width: number, scheme?: 'light' | 'dark', media?: 'screen' | 'print'): Promise<void>;
  /** Opens a file, and waits until it is loaded. */
  open(path: string): Promise<void>;
  /** What an expression comes to there. */
  evaluate(expression: string): Promise<unknown>;
  said(): readonly Said[];
  close(): Promise<void>;
}

interface Answer {
  readonly result?: object;
  readonly error?: object;
}

const words = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-extensions',
  '--disable-sync',
  '--hide-scrollbars',
];

/** Debian's Chromium, spoken to through two pipes: nothing listens, and nothing but it has to be installed. */
export async function startChromium(): Promise<BrowserPage> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-chromium-'));
  // In a group of its own: it ends with all that it has started. Where nobody ends it, it does when its pipes close.
  const child = spawn('chromium', [...words, `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'close');
  const [into, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  into.on('error', () => undefined);
  const waiting = new Map<number, (answer: Answer) => void>();
  let heard: Said[] = [];
  const listeners = new Set<() => void>();
  let text = '';
  from.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\0'); end >= 0; end = text.indexOf('\0')) {
      const message = JSON.parse(text.slice(0, end)) as { id?: number } & Said & Answer;
      text = text.slice(end + 1);
      if (message.id === undefined) heard.push(message);
      else waiting.get(message.id)?.(message);
      for (const listener of listeners) listener();
    }
  });
  let last = 0;
  let sessionId: string | undefined;
  const ask = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = (last += 1);
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    into.write(`${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`);
    const gone = ended.then((): Answer => ({ error: { message: 'Chromium has ended.' } }));
    const { result, error } = await Promise.race([answered, gone]);
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as Record<string, unknown>;
  };
  const hear = async (method: string): Promise<void> => {
    const isHeard = () => heard.some((one) => one.method === method);
    await new Promise<void>((resolve) => {
      const check = () => {
        if (!isHeard()) return;
        listeners.delete(check);
        resolve();
      };
      listeners.add(check);
      check();
    });
  };
  const close = async () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { targetId } = await ask('Target.createTarget', { url: 'about:blank' });
    ({ sessionId } = (await ask('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string });
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    async look(width, scheme = 'light', media = 'screen') {
      const size = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
      await ask('Emulation.setDeviceMetricsOverride', size);
      await ask('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
    },
    async open(path) {
      heard = [];
      await ask('Page.navigate', { url: `file://${path}` });
      await hear('Page.loadEventFired');
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await ask('Runtime.evaluate', { expression, returnByValue: true });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value?: unknown }).value;
    },
    said: () => heard,
    close,
  };
}
