import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rotatedLogs } from '../../../src/probes/log-rotations.ts';

const file = (name: string, mtimeMs = 0) => ({ name, type: 'file' as const, size: 9, mtimeMs });
const named = (name: string, others: readonly string[]) =>
  rotatedLogs(
    name,
    others.map((each) => file(each)),
  ).map((log) => log.name);

describe('older logs, newest first', () => {
  test.each([
    [
      'logrotate',
      'llama.err',
      ['llama.err.2.gz', 'llama.err.10.gz', 'llama.err.1'],
      ['llama.err.1', 'llama.err.2.gz', 'llama.err.10.gz'],
    ],
    [
      'logrotate dateext',
      'syslog',
      ['syslog-20261119.gz', 'syslog-20261120'],
      ['syslog-20261120', 'syslog-20261119.gz'],
    ],
    [
      'logrotate with extension',
      'a.log',
      ['a-20261119.log.gz', 'a-20261120.log', 'a.2.log', 'a.1.log'],
      ['a-20261119.log.gz', 'a-20261120.log', 'a.2.log', 'a.1.log'],
    ],
    [
      'logrotate by the second',
      'a.log',
      ['a.log-20261120-1795132800.gz', 'a.log-20261121-1795219200'],
      ['a.log-20261121-1795219200', 'a.log-20261120-1795132800.gz'],
    ],
    ['Python', 'api.log', ['api.log.2026-11-19', 'api.log.2026-11-20'], ['api.log.2026-11-20', 'api.log.2026-11-19']],
    [
      'pm2-logrotate',
      'api-out.log',
      ['api-out__2026-11-19_00-00-00.log.gz', 'api-out__2026-11-20_00-00-00.log'],
      ['api-out__2026-11-20_00-00-00.log', 'api-out__2026-11-19_00-00-00.log.gz'],
    ],
    ['a program of its own', 'x', ['x.old'], ['x.old']],
  ])('%s', (_, name, others, expected) => expect(named(name, others)).toEqual(expected));

  test('are not other logs, instances of the same program, folders or empty files', () => {
    const others = [
      'api.log',
      'api-1.log',
      'api.log.bak',
      'api.logs.1',
      'my-api.log.1',
      'api.log.1.tmp',
      'apixlog.1',
      'api.log.swp',
    ];
    expect(named('api.log', others)).toEqual([]);
    expect(
      rotatedLogs('a', [
        { ...file('a.1'), type: 'directory' },
        { ...file('a.2'), size: 0 },
      ]),
    ).toEqual([]);
  });

  test('are there once while they are packed', () =>
    expect(named('a', ['a.1', 'a.1.gz', 'a.2.xz'])).toEqual(['a.1', 'a.2.xz']));

  test('say how they are packed', () =>
    expect(rotatedLogs('a', [file('a.1'), file('a.2.gz'), file('a.3.zst')]).map(({ packed }) => packed)).toEqual([
      'none',
      'gzip',
      'zst',
    ]));

  test('stand in the order of their numbers, whatever the folder says first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 9_999 }), { maxLength: 30 }), (numbers) => {
        const sorted = numbers.toSorted((a, b) => a - b).map((each) => `a.b+c.log.${each}`);
        expect(
          named(
            'a.b+c.log',
            numbers.map((each) => `a.b+c.log.${each}`),
          ),
        ).toEqual(sorted);
      }),
    );
  });

  test('take no time however a name is made', () => {
    for (const piece of ['1', '-1', '20261120', '2026-11-', '.', '.gz', '__'])
      expect(named('a.log', [`a.log${piece.repeat(20_000)}`, `a-${piece.repeat(20_000)}.log`])).toEqual([]);
  });
});
