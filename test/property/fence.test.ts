import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine } from '../../src/core/quote.ts';
import { fenceWords } from '../../src/transport/fence.ts';
import { canMakeRooms, lockRoom, type LockRoom } from '../support/lock-room.ts';
import { has } from '../support/requires.ts';
import { words } from '../support/words.ts';

const shells: readonly [string, ...string[]][] = [['dash'], ['bash'], ['busybox', 'sh']];

describe.skipIf(!canMakeRooms)('a fence (where this user may unshare)', () => {
  const token = 'f00f'.repeat(8);
  let room: LockRoom;
  beforeAll(async () => {
    room = await lockRoom();
    writeFileSync(room.seen('/run/lock/rackhand.lock'), `${token}\nalice\nr-7\n1700000000\n`);
  });
  afterAll(() => room.close());
  const fenced = (shell: readonly string[], inner: readonly [string, ...string[]]) => {
    const [, ...rest] = fenceWords({ token, leaseSeconds: 60 }, inner);
    return room.words(['sh', '-c', commandLine([...shell, ...rest])]);
  };
  // A bash whose input is a socket, as this one is, takes itself for one of rshd and reads ~/.bashrc.
  const options = { env: { PATH: process.env['PATH'], HOME: '/', LC_ALL: 'C', RACKHAND: 'id' } };

  for (const shell of shells) {
    test.skipIf(!has(shell[0]))(`under ${shell.join(' ')} gives every word and its input on byte for byte`, () => {
      fc.assert(
        fc.property(words, fc.string({ unit: 'binary' }), (sent, input) => {
          const script = 'printf "%s\\0" "$@"; cat';
          const [first, ...rest] = fenced(shell, ['sh', '-c', script, 'x', ...sent]);
          const said = execFileSync(first, rest, { ...options, input, stdio: ['pipe', 'pipe', 'pipe'] });
          expect(said.equals(Buffer.from([...sent, input].join('\0')))).toBe(true);
        }),
        { numRuns: 30 },
      );
    });

    test.skipIf(!has(shell[0]))(`under ${shell.join(' ')} ends as the program ends, whatever its code`, async () => {
      const codes = Array.from({ length: 256 }, (_, code) => code).filter(
        (code) => shell[0] === 'dash' || code % 17 === 0,
      );
      const ends = new Map<number, number | null>();
      const left = [...codes];
      const next = async (): Promise<void> => {
        const code = left.pop();
        if (code === undefined) return;
        const [first, ...rest] = fenced(shell, ['sh', '-c', `exit ${code}`]);
        const child = spawn(first, rest, { ...options, stdio: 'ignore' });
        const [end] = (await once(child, 'exit')) as [number | null];
        ends.set(code, end);
        return next();
      };
      await Promise.all(Array.from({ length: 4 }, next));
      expect(codes.filter((code) => ends.get(code) !== code)).toEqual([]);
    });
  }
});
