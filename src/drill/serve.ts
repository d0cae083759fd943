import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createMeter, eachLine } from './meter.ts';
import { keepMeter } from './place.ts';

/** `rackhand mcp --repair` with everything counted that goes through it. Resolves to its exit status. */
export async function serveMetered(program: string, folder: string, signal: AbortSignal): Promise<number> {
  const child = spawn(process.execPath, [program, 'mcp', '--repair'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const meter = createMeter((sum) => keepMeter(folder, sum));
  const [asked, answered] = [new PassThrough(), new PassThrough()];
  eachLine(asked, meter.toServer);
  eachLine(answered, meter.toClient);
  process.stdin.on('data', (bytes: Buffer) => asked.write(bytes));
  process.stdin.pipe(child.stdin);
  // A client or a server that is gone is noticed by the other one.
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (bytes: Buffer) => answered.write(bytes));
  child.stdout.pipe(process.stdout, { end: false });
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 0;
}
