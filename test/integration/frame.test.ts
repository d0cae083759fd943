import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { list, read, stat, tail } from '../../src/core/command.ts';
import { opsError } from '../../src/core/errors.ts';
import { childExecutor } from '../../src/transport/child-executor.ts';
import { framedFiles } from '../../src/transport/frame.ts';
import { leftOf, pidsOf, uniqueSeconds } from '../support/processes.ts';
import { has } from '../support/requires.ts';
import { until } from '../support/until.ts';

let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rh-frame-'));
  chmodSync(folder, 0o755);
  mkdirSync(at('bin'));
  writeFileSync(at('log'), 'one\ntwo\n');
  writeFileSync(at('secret'), 'x', { mode: 0o600 });
  mkdirSync(at('closed'), { mode: 0o700 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A local shell that finds `programs` before those of the system. */
function shellWith(programs: Record<string, string>) {
  const bin = mkdtempSync(at('bin', 'x'));
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return childExecutor((line) => ['env', `PATH=${bin}:/usr/bin:/bin`, '/bin/sh', '-c', line]);
}

const hangsOn = (seconds: string) => `case "$*" in *hang*) exec sleep ${seconds};; esac; exec /usr/bin/stat "$@"`;

describe('framed files', () => {
  test('a path that hangs takes neither the answers before nor those after it', async () => {
    const seconds = uniqueSeconds();
    const files = framedFiles(shellWith({ stat: hangsOn(seconds) }));
    const asked = [stat(at('log')), stat(at('hang')), tail(at('log'))].map((command) =>
      files.ask({ ...command, deadlineMs: 4_000 }).catch(opsError),
    );
    expect(await Promise.all(asked)).toMatchObject([
      { ok: true, size: 8 },
      { code: 'DEADLINE', message: `stat ${at('hang')} gave no answer within 2 s.` },
      { ok: true, offset: 0, size: 8 },
    ]);
    expect(await leftOf(seconds)).toEqual([]);
  });

  test('a node without timeout answers too, and its script ends when nobody waits for it any more', async () => {
    const seconds = uniqueSeconds();
    const files = framedFiles(shellWith({ stat: hangsOn(seconds), timeout: 'exit 127' }));
    const stop = new AbortController();
    const answered = files.ask(read(at('log')));
    const hangs = files.ask(stat(at('hang')), stop.signal).catch(opsError);
    expect(await answered).toMatchObject({ ok: true, size: 8 });
    await until(() => pidsOf(seconds).length > 0);
    stop.abort();
    expect(await hangs).toMatchObject({ code: 'CANCELLED' });
    expect(await leftOf(seconds)).toEqual([]);
  });

  test('the reason of the system comes through as errno', async () => {
    const told = {
      ESTALE: 'Stale file handle',
      ENOTCONN: 'Transport endpoint is not connected',
      EIO: 'Input/output error',
    };
    for (const [errno, reason] of Object.entries(told)) {
      const files = framedFiles(shellWith({ stat: `echo "stat: cannot statx '$6': ${reason}" >&2; exit 1` }));
      expect(await files.ask(stat('/mnt/models'))).toMatchObject({ ok: false, errno, message: reason });
    }
    const files = framedFiles(shellWith({ stat: 'echo "stat: what: Something new" >&2; exit 1' }));
    expect(await files.ask(stat('/mnt/models'))).toMatchObject({
      errno: 'EUNKNOWN',
      message: 'stat: what: Something new',
    });
  });

  test('more questions than one script takes are all answered', async () => {
    const files = framedFiles(shellWith({}));
    const long = `${'d/'.repeat(1_500)}x`;
    const asked = Array.from({ length: 120 }, (_, index) => files.ask(stat(index % 2 ? at('log') : at(long))));
    const replies = await Promise.all(asked);
    expect(replies.map((reply) => 'ok' in reply && reply.ok)).toEqual(replies.map((_, index) => index % 2 === 1));
  });

  test.skipIf(!has('runuser'))('what the login user may not read is EACCES, also where sudo refuses', async () => {
    const files = framedFiles(childExecutor((line) => ['runuser', '-u', 'nobody', '--', '/bin/sh', '-c', line]));
    const denied = [read(at('secret')), tail(at('secret')), list(at('closed')), stat(at('closed', 'x'))];
    const replies = await Promise.all(denied.map((command) => files.ask(command)));
    expect(replies).toMatchObject(denied.map(() => ({ ok: false, errno: 'EACCES' })));
    const withSudo = await files.ask(read(at('secret'), { become: 'sudo' }));
    expect(withSudo).toMatchObject({ ok: false, errno: 'EACCES', message: expect.stringContaining('sudo') });
  });

  test('root needs no sudo to become root', async () => {
    const files = framedFiles(shellWith({ sudo: 'exit 1' }));
    expect(await files.ask(read(at('secret'), { become: 'sudo' }))).toMatchObject({ ok: true, size: 1 });
  });

  test('a node that runs nothing is an error that quotes it', async () => {
    const files = framedFiles(
      childExecutor(() => ['sh', '-c', 'echo "This account is currently not available."; exit 1']),
    );
    await expect(files.ask(stat('/'))).rejects.toMatchObject({
      code: 'REFUSED_BY_NODE',
      message: expect.stringContaining('This account is currently not available.'),
    });
  });
});
