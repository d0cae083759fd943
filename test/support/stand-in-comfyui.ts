import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const program = new URL('../../sandbox/programs/comfyui.mjs', import.meta.url).pathname;

/** A ComfyUI that is a stand-in, started with switches of its own, in a folder of its own unless it is given one. */
export async function standInComfyui(switches: readonly string[] = [], given?: string) {
  const base = given ?? mkdtempSync(join(tmpdir(), 'comfyui-'));
  const log = join(mkdtempSync(join(tmpdir(), 'comfyui-log-')), 'comfyui.log');
  const output = openSync(log, 'a');
  const words = [program, '--port', '0', '--base-directory', base, ...switches];
  const child = spawn(process.execPath, words, { stdio: ['ignore', output, output] });
  const says = () => readFileSync(log, 'utf8');
  await until(() => says().includes('To see the GUI') || child.exitCode !== null, 20_000);
  const [, url = ''] = /To see the GUI go to: (\S+)/.exec(says()) ?? [];
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    base,
    log,
    says,
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(join(log, '..'), { recursive: true });
      if (given === undefined) rmSync(base, { recursive: true });
    },
  };
}
