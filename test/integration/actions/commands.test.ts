import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandRun } from '../../../src/actions/command-run.ts';
import { modelResync } from '../../../src/actions/model-resync.ts';
import { onThisMachine } from '../../support/carry-out.ts';
import { findingsHere } from '../../support/findings-here.ts';
import { testNode } from '../../support/node.ts';
import { leftOf, pidsOf, uniqueSeconds } from '../../support/processes.ts';
import { safetensorsFile } from '../../support/safetensors.ts';
import { rejection, scratchFolder } from '../../support/scratch-folder.ts';

describe('a declared command', () => {
  test('runs, shows by its file that it has, and is taken back', async () => {
    const folder = scratchFolder();
    const file = join(folder.path, 'release');
    const node = testNode({
      commands: {
        deploy: {
          words: [folder.write('deploy.sh', '#!/bin/sh\necho 7 >"$1"\n', 0o755), file],
          files: [file],
          undo: 'undeploy',
        },
        undeploy: { words: ['rm', file] },
      },
    });
    const deploy = onThisMachine(commandRun, { name: 'deploy' }, node);
    const change = await deploy.change();
    expect(await deploy.done(change)).toMatchObject({ is: 'not_done' });
    expect(await deploy.send(change)).toEqual({ how: 'done', said: '' });
    expect(await deploy.done(change)).toMatchObject({ is: 'done' });
    // The same once more leaves the same behind: by looking nobody can tell that it ran.
    expect(await deploy.done(await deploy.change())).toMatchObject({ is: 'untold' });
    const undeploy = onThisMachine(commandRun, change.undo?.args, node);
    expect(await undeploy.send(await undeploy.change())).toMatchObject({ how: 'done' });
    expect(existsSync(file)).toBe(false);
    expect(await undeploy.send(await undeploy.change())).toMatchObject({
      how: 'failed',
      said: expect.stringMatching(/^It ended with exit code 1\.\nrm: .*No such file/),
    });
  });

  test('that takes too long is ended with all that it started, and has failed by no word of ours', async () => {
    const seconds = uniqueSeconds();
    const node = testNode({
      commands: {
        slow: {
          words: [scratchFolder().write('slow.sh', `#!/bin/sh\nsleep ${seconds} & sleep ${seconds}\n`, 0o755)],
          seconds: 1,
        },
      },
    });
    const slow = onThisMachine(commandRun, { name: 'slow' }, node);
    expect(await rejection(slow.change().then(slow.send))).toMatchObject({ code: 'DEADLINE' });
    expect(await leftOf(seconds)).toEqual([]);
    expect(pidsOf(seconds)).toEqual([]);
  });

  test('gets 10,000 hostile words as they are declared', async () => {
    const part = fc.constantFrom(
      ...Array.from(`'"\\ $\`!*?[]{}()<>|&;#~^%=-+,.\n\t\r\u0001é漢🙂a0`),
      '$(id)',
      '`id`',
      "';id;'",
      '--',
      '\\0',
    );
    const all = fc.sample(
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
      10_000,
    );
    const folder = scratchFolder();
    const file = join(folder.path, 'words');
    const script = folder.write('keep.sh', '#!/bin/sh\nf=$1; shift; printf "%s\\0" "$@" >"$f"\n', 0o755);
    for (let at = 0; at < all.length; at += 1_000) {
      const own = all.slice(at, at + 1_000);
      const node = testNode({ commands: { keep: { words: [script, file, ...own] } } });
      const keep = onThisMachine(commandRun, { name: 'keep' }, node);
      expect(await keep.send(await keep.change())).toEqual({ how: 'done', said: '' });
      expect(readFileSync(file, 'utf8').split('\0').slice(0, -1)).toEqual(own);
    }
  });
});

describe('a model that is copied again', () => {
  const whole = safetensorsFile({ a: [0, 4_096] });
  function copying(copied: Uint8Array, declared: object = {}) {
    const folder = scratchFolder();
    const store = folder.write('store', copied);
    const path = folder.write('m.safetensors', whole.subarray(0, 100), 0o644);
    const copy = folder.write('copy.sh', `#!/bin/sh\ncp "$1" "$2" && echo all is well\n`, 0o755);
    const node = testNode({
      commands: { copy: { words: [copy, store, path] } },
      services: { llama: { manager: 'none', models: [{ path, resync: 'copy', ...declared }] } },
    });
    const args = { service: 'llama', path };
    const proof = async () => {
      const { checks } = modelResync.proof(args, node);
      return (await findingsHere(checks, node)).filter(({ status }) => status !== 'ok' && status !== 'not_applicable');
    };
    return { ...onThisMachine(modelResync, args, node), proof };
  }
  const sha256 = createHash('sha256').update(whole).digest('hex');

  test('is proven by the file', async () => {
    const { change, send, done, proof } = copying(whole, { bytes: whole.length, sha256 });
    expect(await proof()).not.toEqual([]);
    const planned = await change();
    expect(await send(planned)).toEqual({ how: 'done', said: '' });
    expect(await done(planned)).toMatchObject({ is: 'done' });
    expect(await proof()).toEqual([]);
  });

  test.each([
    ['ends too early', whole.subarray(0, 2_000), {}, 'model.complete'],
    ['has another content', whole.map((byte, index) => (index > 4_000 ? 1 : byte)), { sha256 }, 'model.digest'],
    ['is empty', new Uint8Array(), {}, 'model.present'],
  ])('is not proven by a command that says so: the copy %s', async (_, copied, declared, check) => {
    const { change, send, proof } = copying(copied, declared);
    expect(await send(await change())).toEqual({ how: 'done', said: '' });
    expect(await proof()).toContainEqual(expect.objectContaining({ check, status: 'critical' }));
  });
});
