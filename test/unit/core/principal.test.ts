import { expect, test } from 'vitest';
import { principalOf } from '../../../src/core/principal.ts';
import { safeName } from '../../../src/core/service.ts';

test.each([
  ['anna', 'cli:anna'],
  ['-rf', 'cli:-rf'],
  ['Anna Berg\n', 'cli:Anna_Berg_'],
  ['a\u202eb\u0000\u001b[31m', 'cli:a_b_[31m'],
  ['', 'cli:'],
])('the user %j asks as %j, which a rule of the policy can name', (user, principal) => {
  expect(principalOf('cli', user)).toBe(principal);
  expect(safeName.safeParse(principal).success).toBe(true);
});
