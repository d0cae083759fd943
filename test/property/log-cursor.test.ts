import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBack } from '../../src/probes/log-back.ts';
import type { LogStretch } from '../../src/probes/log-files.ts';
import { markOf, markText, type LogMark } from '../../src/probes/log-mark.ts';
import { readOn } from '../../src/probes/log-on.ts';
import { logFolder } from '../support/log-folder.ts';

type Step =
  | { readonly do: 'write'; readonly lines: number; readonly part: boolean }
  | { readonly do: 'rotate'; readonly how: 'rename' | 'copytruncate' | 'pack' }
  | { readonly do: 'read' }
  /** The log is rotated just before this round of questions. */
  | { readonly do: 'race'; readonly round: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), lines: fc.nat(6), part: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rotate' as const),
      how: fc.constantFrom('rename' as const, 'copytruncate' as const, 'pack' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
);

/** What a reader has seen who shows a line that has not ended, and puts what it became in its place. */
function reader() {
  const seen: string[] = [];
  let pending = false;
  const take = (line: string) => {
    const last = seen.at(-1) ?? '';
    if (pending && line.startsWith(last)) seen.pop();
    seen.push(line);
    pending = false;
  };
  return {
    seen,
    read({ parts }: LogStretch) {
      for (const { text, unfinished } of parts) {
        for (const line of text === '' ? [] : text.replace(/\n$/, '').split('\n')) take(line);
        if (unfinished === '') continue;
        take(unfinished);
        pending = true;
      }
    },
  };
}

function writer(write: (text: string) => void) {
  const lines: string[] = [];
  let open = '';
  return {
    lines: () => (open === '' ? lines : [...lines, open]),
    write(count: number, part: boolean) {
      let text = '';
      for (let n = 0; n < count; n += 1) {
        const line = `${open === '' ? `line ${lines.length} of this log` : open}, in full;`;
        text += `${line.slice(open.length)}\n`;
        lines.push(line);
        open = '';
      }
      if (part && open === '') text += open = `line ${lines.length} of`;
      write(text);
    },
    /** What had not ended is all there is of it. */
    close() {
      if (open !== '') lines.push(open);
      open = '';
    },
  };
}

const race: fc.Arbitrary<Step> = fc.record({ do: fc.constant('race' as const), round: fc.integer({ min: 1, max: 6 }) });

function play(steps: readonly Step[], bytes: number, before: number) {
  const folder = logFolder();
  const { path } = folder;
  const wrote = writer((text) => folder.write(text));
  const saw = reader();
  if (before > 0) wrote.write(before, false);
  const first = folder.ask(readBack({ path, bytes: 100_000, older: false }));
  saw.read(first);
  let mark: LogMark = first.mark ?? raise();
  const readAll = (between?: () => void) => {
    for (let more = true; more;) {
      const stretch = folder.ask(readOn({ path, bytes }, markOf(markText(mark)) ?? raise()), between);
      expect(stretch.says).toEqual([]);
      expect(stretch.trouble).toBeNull();
      saw.read(stretch);
      mark = stretch.mark ?? raise();
      more = stretch.more;
    }
  };
  for (const each of steps) {
    if (each.do === 'write') wrote.write(each.lines, each.part);
    else if (each.do === 'read') readAll();
    else if (each.do === 'race') {
      let round = 0;
      readAll(() => {
        round += 1;
        if (round !== each.round) return;
        wrote.close();
        folder.rotate('rename');
        wrote.write(1, false);
      });
    } else {
      wrote.close();
      folder.rotate(each.how);
    }
  }
  readAll();
  return { seen: saw.seen, written: wrote.lines() };
}

const exactlyOnce = (steps: readonly Step[], bytes: number, before: number): void => {
  const { seen, written } = play(steps, bytes, before);
  expect(seen).toEqual(written);
};

const raise = (): never => {
  throw new Error('there is no mark');
};

describe('reading on from a cursor covers every line exactly once', () => {
  const unpacked = step.filter((each) => each.do !== 'rotate' || each.how !== 'pack');
  test.each([
    ['however it is written and rotated', step, fc.constant(100_000)],
    ['in small bites', unpacked, fc.integer({ min: 64, max: 400 })],
    ['when the log is rotated while it is read', fc.oneof(step, race), fc.constant(100_000)],
  ])('%s', (_, steps, bytes) => {
    fc.assert(fc.property(fc.array(steps, { maxLength: 9 }), bytes, fc.nat(80), exactlyOnce), { numRuns: 1_000 });
    expect.hasAssertions();
  });
});

test('an older log for which there was no room left is read the next time', () => {
  const part = { do: 'write' as const, lines: 0, part: true };
  const rotate = { do: 'rotate' as const, how: 'rename' as const };
  exactlyOnce([{ do: 'write', lines: 4, part: false }, part, rotate, part, rotate], 130, 10);
  expect.hasAssertions();
});

test('a log that was truncated, and the one before is nowhere, says that lines may be missing', () => {
  const folder = logFolder();
  folder.write('one\ntwo\n');
  const { mark } = folder.ask(readBack({ path: folder.path, bytes: 1_000, older: false }));
  folder.truncate();
  folder.write('3\n');
  const after = folder.ask(readOn({ path: folder.path, bytes: 1_000 }, mark ?? raise()));
  expect(after.says).toEqual([expect.stringContaining('was truncated')]);
  expect(after.parts.map(({ text }) => text)).toEqual(['3\n']);
  folder.truncate();
  folder.write('other\nlines than before\n');
  expect(folder.ask(readOn({ path: folder.path, bytes: 1_000 }, after.mark ?? raise())).says).toEqual([
    expect.stringContaining('was replaced'),
  ]);
});

test('a log as large as it may be costs what was allowed, and no more', () => {
  const folder = logFolder();
  folder.write('x'.repeat(3_000_000));
  const { parts, mark, bytesRead } = folder.ask(readBack({ path: folder.path, bytes: 100_000, older: true }));
  expect(folder.read()).toBeLessThan(102_000);
  expect(bytesRead).toBe(100_000);
  expect(parts).toMatchObject([{ begun: true, offset: 2_900_000 }]);
  folder.write('y\n');
  const before = folder.read();
  const after = folder.ask(readOn({ path: folder.path, bytes: 100_000 }, mark ?? raise()));
  expect(after.parts.map(({ text }) => text)).toEqual(['y\n']);
  expect(folder.read() - before).toBeLessThan(4_000);
});

test('a mark comes back from its word as it was, and a word that is none is refused', () => {
  const print = fc.record({ bytes: fc.nat(1_024), sum: fc.stringMatching(/^[0-9a-z]{1,14}$/) });
  const numbers = { offset: fc.maxSafeNat(), shown: fc.nat(), mtimeMs: fc.maxSafeNat() };
  fc.assert(
    fc.property(fc.record({ ...numbers, head: print, tail: print }), (mark) => {
      expect(markOf(markText(mark))).toEqual(mark);
    }),
  );
  for (const word of ['', '1.2.3', '1.2.3.4.5.6', '-1.0.0.0.0.a.b', '0.0.zzzz.0.0.a.b', '../../etc/passwd.....'])
    expect(markOf(word)).toBeUndefined();
});
