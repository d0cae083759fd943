import { expect, test } from 'vitest';
import { helpAgainst, refusedDownloads } from '../../src/checks/refused-downloads.ts';

test.each(refusedDownloads.flatMap((row) => row.examples.map((says) => [says, row.do] as const)))('%s', (says, help) =>
  expect(helpAgainst(says)).toBe(help),
);

test.each(['Welcome', '', null])('%s is not known', (says) => expect(helpAgainst(says)).toBeUndefined());
