import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadFleet } from '../../src/config/fleet.ts';
import { run } from '../../src/core/command.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import type { Farm } from './farm.ts';
import type { Figure } from './measure.ts';

const bytes = 200 * 1024 ** 2;

interface Seen {
  readonly aboveIdle: number;
  readonly totalBytes: number;
  readonly kept: boolean;
}

/** In a process of its own, so that the memory seen is the client's. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , fleet = '', log = ''] = process.argv;
  const [node] = (await loadFleet({ path: fleet, env: process.env, cwd: '/', home: '/' })).nodes;
  if (node === undefined) throw new Error('the farm has no node');
  const transport = createSshTransport();
  const session = await transport.open(node);
  await session.ask(run(['true']));
  const idle = process.memoryUsage().rss;
  const { stdout } = await session.ask(
    run(['head', '-qc', '50M', log, log, log, log], { bytes: 65_536, deadlineMs: 120_000 }),
  );
  const aboveIdle = process.resourceUsage().maxRSS * 1_024 - idle;
  const kept =
    stdout.head.length > 30_000 && stdout.tail.length > 30_000 && stdout.omittedBytes === stdout.totalBytes - 65_536;
  await transport.close();
  process.send?.({ aboveIdle, totalBytes: stdout.totalBytes, kept });
  process.disconnect?.();
}

/** A command that prints 200 MiB: what it costs the client, and what is kept of it. */
export async function largeOutput(farm: Farm): Promise<Figure> {
  const child = fork(fileURLToPath(import.meta.url), [farm.fleet, join(farm.folder, 'llama.err')]);
  const [{ aboveIdle, totalBytes, kept }] = (await once(child, 'message')) as [Seen];
  const whole = totalBytes === bytes && kept;
  return {
    figure: '200 MiB of output: peak memory above idle',
    goal: '≤ 60 MB, head + tail + count kept',
    seen: `${(aboveIdle / 1e6).toFixed(0)} MB, ${whole ? 'head, tail and count kept' : `wrong: ${totalBytes} bytes counted`}`,
    reached: aboveIdle <= 60e6 && whole,
  };
}
