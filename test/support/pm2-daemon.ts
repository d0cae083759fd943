import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A real pm2 in a home of its own. */
export interface Pm2 {
  readonly folder: string;
  readonly home: string;
  end(): Promise<void>;
}

/** Starts apps, each a script of JavaScript that finds the folder as `__dirname`. */
export async function startPm2(apps: Readonly<Record<string, string>>): Promise<Pm2> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-pm2-'));
  const home = join(folder, 'home');
  const call = async (...words: string[]) =>
    await promisify(execFile)(join('node_modules', '.bin', 'pm2'), words, { env: { ...process.env, PM2_HOME: home } });
  for (const [name, script] of Object.entries(apps)) writeFileSync(join(folder, `${name}.js`), script);
  const declared = Object.keys(apps).map((name) => ({ name, script: `${name}.js`, cwd: folder }));
  writeFileSync(join(folder, 'apps.json'), JSON.stringify({ apps: declared }));
  await call('start', join(folder, 'apps.json'));
  return {
    folder,
    home,
    async end() {
      await call('kill');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
