import { expect, test } from 'vitest';
import type { z } from 'zod';
import { policySchema } from '../../../src/core/policy.ts';
import { auditWords } from '../../../src/engine/audit-words.ts';
import { mayMake } from '../../../src/engine/may-make.ts';
import { makeByHttp } from '../../../src/core/make.ts';

const may = (policy: z.input<typeof policySchema>) => () =>
  mayMake(policySchema.parse(policy), {
    action: 'llm.chat',
    node: { name: 'gpu-1', labels: {} },
    service: 'ollama',
    principal: 'mcp:ana',
    at: 0,
  });
const code = expect.objectContaining({ code: 'NOT_APPROVED' });

test('a making is allowed where no rule is about it, or one allows it', () => {
  expect(may({})).not.toThrow();
  expect(may({ rules: [{ decide: 'deny', when: { effect: 'change' } }] })).not.toThrow();
  expect(may({ rules: [{ decide: 'allow', when: { action: 'llm.*' } }] })).not.toThrow();
});

test.each([
  { read_only: true },
  { rules: [{ decide: 'deny', when: { effect: 'create' } }] },
  { rules: [{ decide: 'deny', when: { service: 'ollama', principal: 'mcp:ana' } }, { decide: 'allow' }] },
  { rules: [{ decide: 'ask', when: { node: 'gpu-1' } }] },
] as const)('it is forbidden by %j', (policy) => {
  expect(may(policy as z.input<typeof policySchema>)).toThrow(code);
});

test('of what is sent the audit says where to and how much, and nothing of it', () => {
  const command = makeByHttp('http://127.0.0.1:11434/api/chat', { body: '{"prompt":"é"}', headers: { key: 'k' } });
  expect(auditWords(command, [])).toBe('POST http://127.0.0.1:11434/api/chat (15 bytes)');
});
