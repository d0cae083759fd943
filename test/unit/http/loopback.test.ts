import { expect, test } from 'vitest';
import { mustBeLoopback, namesThisMachine } from '../../../src/http/loopback.ts';

test.each(['localhost', 'localhost:8787', '127.0.0.1:8787', '127.0.0.53', '[::1]:8787', '[::1]', 'LOCALHOST:1'])(
  'a request to %s names this machine',
  (header) => expect(namesThisMachine(header)).toBe(true),
);

test.each([
  undefined,
  '',
  'attacker.example',
  'attacker.example:8787',
  'localhost.attacker.example',
  '127.0.0.1.attacker.example:8787',
  '127.0.0.1@attacker.example',
  '10.0.0.7:8787',
  '[::1].attacker.example',
  '[::ffff:10.0.0.7]:8787',
  'localhost:8787:8787',
  ' localhost',
])('a request to %s does not', (header) => expect(namesThisMachine(header)).toBe(false));

test.each(['0.0.0.0', '::', '192.168.1.4', 'gpu-1', ''])('%s is not listened on', (host) =>
  expect(() => mustBeLoopback(host)).toThrow(expect.objectContaining({ code: 'USAGE' })),
);
