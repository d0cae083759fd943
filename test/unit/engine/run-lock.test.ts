import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockRun } from '../../../src/engine/run-lock.ts';
import { rejection, scratchFolder } from '../../support/scratch-folder.ts';

const busy = (who: string) => ({ code: 'RUN_BUSY', message: expect.stringContaining(who) });

/** The lock of this process, as it would stand if some of it were otherwise. */
async function otherwise(folder: { path: string; write(name: string, content: string): string }, part: object) {
  const release = await lockRun(folder.path, 'r1');
  const own: object = JSON.parse(readFileSync(join(folder.path, 'r1.lock.1'), 'utf8'));
  await release();
  folder.write('r1.lock.1', JSON.stringify({ ...own, ...part }));
}

test('one writes, a second is told who does, and comes after it', async () => {
  const { path } = scratchFolder();
  const release = await lockRun(path, 'r1');
  expect(await rejection(lockRun(path, 'r1'))).toMatchObject(busy(`process ${process.pid}`));
  // Another run, whose name begins the same, has a lock of its own.
  await (
    await lockRun(path, 'r1-2')
  )();
  await release();
  const again = await lockRun(path, 'r1');
  await again();
  expect(readdirSync(path)).toEqual([]);
});

test.each<[string, object]>([
  ['of a process that has ended', { pid: spawnSync('true').pid }],
  ['of a process whose number another has now', { born: '1' }],
  ['from before the machine was started anew', { boot: 'another' }],
])('a lock %s is outnumbered', async (_name, part) => {
  const folder = scratchFolder();
  await otherwise(folder, part);
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(folder.path, 'r1')));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(readdirSync(folder.path).toSorted()).toEqual(['r1.lock.1', 'r1.lock.2']);
});

test('a lock that can not be judged from here holds', async () => {
  const elsewhere = scratchFolder();
  await otherwise(elsewhere, { host: `not-${hostname()}` });
  expect(await rejection(lockRun(elsewhere.path, 'r1'))).toMatchObject(busy(`on not-${hostname()}`));
  const unreadable = scratchFolder();
  unreadable.write('r1.lock.3', '');
  expect(await rejection(lockRun(unreadable.path, 'r1'))).toMatchObject({
    code: 'RUN_BUSY',
    hint: expect.stringContaining(join(unreadable.path, 'r1.lock.3')),
  });
});
