import { expect, test } from 'vitest';
import { digestCheck } from '../../src/checks/digest-check.ts';
import { checks } from '../../src/checks/index.ts';
import type { ModelDigest } from '../../src/probes/model-digest.ts';
import { testNode } from '../support/node.ts';

const [own, other] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];
const seen = { state: 'seen', sha256: own, size: 1_048_576, changed: false, tookMs: 2_000, noted: null } as const;

function judged({ given, declared, digest }: { given?: string; declared?: string; digest: ModelDigest }) {
  const model = { path: '/m.gguf', ...(declared && { sha256: declared }) };
  const node = testNode({ services: { llama: { manager: 'none', models: [model] } } });
  const check = digestCheck(given);
  const [subject] = check.subjects(node);
  if (subject === undefined) throw new Error('no model is declared');
  return check.evaluate({ digest }, subject.value, node);
}

test('no triage hashes', () => expect(checks.map(({ name }) => name)).not.toContain(digestCheck(undefined).name));

test.each([
  ['as given', { given: own.toUpperCase(), declared: other, digest: seen }, 'ok', 'as was given (1.0 MiB read in 2 s)'],
  ['as declared', { declared: own, digest: seen }, 'ok', 'as is declared'],
  ['as noted', { digest: { ...seen, noted: own } }, 'ok', 'as its downloader noted'],
  ['not as given', { given: other, digest: seen }, 'critical', `is ${own}, not ${other} as was given`],
  ['not as declared', { declared: other, digest: { ...seen, noted: own } }, 'critical', 'not the file it should be'],
  ['of nothing known', { digest: seen }, 'ok', 'nothing says which it should have'],
  ['of a file that changed', { declared: own, digest: { ...seen, changed: true } }, 'critical', 'was written to'],
  [
    'of nothing',
    { declared: own, digest: { state: 'unseen', why: 'it is away.' } },
    'unknown',
    'No sha256: it is away.',
  ],
] as const)('a hash %s', (_, given, status, says) =>
  expect(judged(given)).toMatchObject({ status, summary: expect.stringContaining(says) }),
);
