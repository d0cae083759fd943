import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelQuarantine } from '../../../src/actions/model-quarantine.ts';
import { modelRestore } from '../../../src/actions/model-restore.ts';
import { moveFile } from '../../../src/actions/moving.ts';
import { onThisMachine } from '../../support/carry-out.ts';
import { findingsHere } from '../../support/findings-here.ts';
import { nodeShells, runScript, type Shell } from '../../support/node-script.ts';
import { testNode } from '../../support/node.ts';
import { has } from '../../support/requires.ts';
import { safetensorsFile } from '../../support/safetensors.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { startSupervisord, type Supervisord } from '../../support/supervisord.ts';
import { until } from '../../support/until.ts';

const whole = safetensorsFile({ a: [0, 4_096] });
const declaring = (path: string) => testNode({ services: { llama: { manager: 'none', models: [{ path }] } } });

async function quarantine(path: string) {
  const args = { service: 'llama', path };
  const node = declaring(path);
  const { checks } = modelQuarantine.guards(args, node);
  return { ...onThisMachine(modelQuarantine, args, node, await findingsHere(checks, node)), node };
}

test('a truncated model is put out of use and back', async () => {
  const folder = scratchFolder();
  const path = folder.write('m.safetensors', whole.subarray(0, 2_000));
  const { change, send, done, node } = await quarantine(path);
  const planned = await change();
  expect(await done(planned)).toMatchObject({ is: 'not_done' });
  expect(await send(planned)).toEqual({ how: 'done', said: '' });
  expect(await done(planned)).toMatchObject({ is: 'done' });
  expect(readdirSync(folder.path)).toEqual([expect.stringMatching(/^m\.safetensors\.quarantined-[0-9a-f]{12}$/)]);
  const restore = onThisMachine(modelRestore, planned.undo?.args, node);
  const back = await restore.change();
  expect(await restore.send(back)).toEqual({ how: 'done', said: '' });
  expect(await restore.done(back)).toMatchObject({ is: 'done' });
  expect(readdirSync(folder.path)).toEqual(['m.safetensors']);
});

test('a whole model stays, and so does one that somebody still writes', async () => {
  const path = scratchFolder().write('m.safetensors', whole);
  expect(await (await quarantine(path)).plan()).toMatchObject({
    can: false,
    because: expect.stringContaining('is not broken'),
  });
  writeFileSync(path, whole.subarray(0, 2_000));
  const writer = onThisMachine(modelQuarantine, { service: 'llama', path }, declaring(path), [
    ...(await findingsHere(
      modelQuarantine.guards({ service: 'llama', path }, declaring(path)).checks,
      declaring(path),
    )),
  ]);
  const planned = await writer.change();
  writeFileSync(path, whole.subarray(0, 3_000));
  expect(await writer.send(planned)).toMatchObject({
    how: 'failed',
    said: expect.stringContaining('no longer as this was planned'),
  });
  expect(readFileSync(path).length).toBe(3_000);
});

const folderWith = () => {
  const folder = scratchFolder();
  const from = folder.write('a b$(id)', 'old');
  utimesSync(from, 1_000, 1_000);
  return { folder: folder.path, from, to: join(folder.path, 'to *') };
};

const mover =
  (shell: Shell) =>
  async (from: string, to: string, more: object = {}) => {
    const { status, stderr } = await runScript(moveFile, [from, to, '3', '1000'], { shell, ...more });
    return [status, stderr.trim()];
  };

for (const shell of nodeShells) {
  describe.skipIf(!has(shell[0]))(`the script under ${shell.join(' ')}`, () => {
    const move = mover(shell);
    test('renames', async () => {
      const { from, to } = folderWith();
      expect(await move(from, to)).toEqual([0, '']);
      expect([existsSync(from), readFileSync(to, 'utf8')]).toEqual([false, 'old']);
    });

    test.each<[string, (at: { from: string; to: string; folder: string }) => void, string]>([
      ['another size', ({ from }) => writeFileSync(from, 'x'), 'it was written to meanwhile'],
      ['another time', ({ from }) => utimesSync(from, 2_000, 2_000), 'it was written to meanwhile'],
      ['nothing', ({ from, folder }) => renameSync(from, join(folder, 'elsewhere')), 'nothing stands there any more'],
      [
        'a link',
        ({ from, folder }) => {
          renameSync(from, join(folder, 'x'));
          symlinkSync('x', from);
        },
        'it is a link now',
      ],
      ['a file at its new name', ({ to }) => writeFileSync(to, 'precious'), 'something stands at'],
      ['a folder at its new name', ({ to }) => mkdirSync(to), 'something stands at'],
      ['a link to nowhere at its new name', ({ to }) => symlinkSync('nowhere', to), 'something stands at'],
    ])('leaves all as it is where there is %s', async (_, spoil, why) => {
      const at = folderWith();
      spoil(at);
      const list = () =>
        readdirSync(at.folder, { withFileTypes: true }).map((entry) => [
          entry.name,
          entry.isFile() ? readFileSync(join(at.folder, entry.name), 'utf8') : 'no file',
        ]);
      const before = list();
      expect(await move(at.from, at.to)).toEqual([65, expect.stringContaining(why)]);
      expect(list()).toEqual(before);
    });

    test.skipIf(process.getuid?.() !== 0)('says what it may not (needs root)', async () => {
      const { from, to, folder } = folderWith();
      chmodSync(folder, 0o755);
      expect(await move(from, to, { uid: 65_534 })).toEqual([77, expect.stringContaining('ermission denied')]);
      expect(existsSync(from)).toBe(true);
    });
  });
}

test('hostile names are renamed as they are', async () => {
  const folder = scratchFolder();
  const part = fc.constantFrom(
    ...Array.from(`'"\\ $\`!*?[]{}()<>|&;#~^%=-+,\n\té漢🙂a0`),
    '$(id)',
    '`id`',
    "';id;'",
    '--',
  );
  const names = fc.sample(
    fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
    40,
  );
  for (const name of new Set(names)) {
    const path = folder.write(name, 'x');
    const move = onThisMachine(modelQuarantine, { service: 'llama', path, reason: 'none' }, declaring(path));
    const planned = await move.change();
    expect(await move.send(planned), JSON.stringify(name)).toEqual({ how: 'done', said: '' });
    expect(await move.done(planned)).toMatchObject({ is: 'done' });
    expect(readdirSync(folder.path).filter((each) => each === name)).toEqual([]);
  }
  expect(readdirSync(folder.path).length).toBe(new Set(names).size);
});

describe.skipIf(!has('supervisord') || !has('python3'))('who uses a model (needs supervisord, python3)', () => {
  let daemon: Supervisord;
  let path: string;

  beforeAll(async () => {
    daemon = await startSupervisord(
      `
[program:maps]
command=python3 -c 'import mmap,time; f=open("%(here)s/m.gguf","rb"); m=mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ); f.close(); time.sleep(600)'
[program:opens]
command=tail -f %(here)s/m.gguf
[program:idles]
command=sleep 600
[program:rests]
command=sleep 600
autostart=false
`,
      { 'm.gguf': 'x'.repeat(10_000) },
    );
    path = join(daemon.folder, 'm.gguf');
  });
  afterAll(() => daemon.end());

  test('is told with what it does with it now', async () => {
    const { config } = daemon;
    const of = (unit: string, more: object = {}) => ({
      manager: 'supervisor',
      unit,
      config,
      models: [{ path }],
      ...more,
    });
    const node = testNode({
      services: {
        maps: of('maps'),
        opens: of('opens'),
        idles: of('idles'),
        rests: of('rests'),
        lost: of('lost', { config: '/nowhere.conf' }),
        api: { manager: 'none', needs: ['maps'] },
      },
    });
    const move = onThisMachine(modelQuarantine, { service: 'maps', path, reason: 'none' }, node);
    // Each comes up in its own time.
    await until(
      async () => (await move.change()).drops.filter((each) => / runs (?:and|without)/.test(each)).length === 3,
    );
    await until(async () => (await move.change()).drops.filter((each) => each.includes('has it open')).length === 2);
    expect((await move.change()).drops).toEqual([
      'maps runs and has it open: it goes on with it, and can not start anew without it.',
      'opens runs and has it open: it goes on with it, and can not start anew without it.',
      'idles runs without having it open, and can not start anew without it.',
      'rests does not run, and can not start without it.',
      'lost reads it; whether it runs is not known: supervisor gives no answer.',
      'api needs what reads it.',
    ]);
  });
});
