import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { policySchema, type Case, type Policy } from '../../../src/core/policy.ts';
import { decide, type Verdict } from '../../../src/engine/decide.ts';
import { policyRevision } from '../../../src/engine/policy-revision.ts';

type Written = z.input<typeof policySchema>;
type Rules = NonNullable<Written['rules']>;

/** A Wednesday at noon in UTC: a restart of llama on gpu-1 that automation may do. */
const restart: Case = {
  effect: 'change',
  risk: 'safe',
  action: 'service.restart',
  node: { name: 'gpu-1', labels: { rack: 'b2', formula: 'a=b' } },
  service: 'llama',
  principal: 'agent',
  at: Date.parse('2026-03-04T12:00Z'),
};
const policyOf = (written: Written): Policy => policySchema.parse(written);

describe('a condition', () => {
  test.each<[key: string, fits: unknown, not: unknown]>([
    ['effect', 'change', 'observe'],
    ['effect', ['create', 'change'], ['observe', 'create']],
    ['risk', 'safe', 'approve'],
    ['action', 'service.restart', 'service.start'],
    ['action', 'service.*', 'model.*'],
    ['action', 'service.restart*', 'service.restarted*'],
    ['action', '*', 'service'],
    ['label', 'rack=b2', 'rack=b3'],
    ['label', ['rack=b3', 'rack=b2'], ['rack=b', 'b2=rack']],
    ['label', 'formula=a=b', 'formula=a'],
    ['node', 'gpu-1', 'gpu-2'],
    ['node', ['gpu-2', 'gpu-1'], ['gpu', 'gpu-11']],
    ['service', 'llama', 'llama-2'],
    ['service', 'll*', 'm*'],
    ['principal', 'agent', 'anna'],
    ['hours', 'Mon-Fri 08:00-18:00', 'Sat,Sun'],
    ['hours', ['Sun', '12:00-12:01'], ['Sun', '12:01-13:00']],
  ])('%s: %j fits and %j does not', (key, fits, not) => {
    const decided = (value: unknown) =>
      decide(policyOf({ rules: [{ decide: 'allow', when: { [key]: value } }] }), restart).rule;
    expect([decided(fits), decided(not)]).toEqual([0, 'no_rule']);
  });

  test('fits only together with the others', () => {
    const both = policyOf({ rules: [{ decide: 'allow', when: { node: 'gpu-1', service: 'whisper' } }] });
    expect(decide(both, restart).rule).toBe('no_rule');
    expect(decide(both, { ...restart, service: 'whisper' }).rule).toBe(0);
  });

  test('on a service fits nothing that is about no service', () => {
    const any = policyOf({ rules: [{ decide: 'allow', when: { service: '*' } }] });
    expect(decide(any, { ...restart, service: undefined }).rule).toBe('no_rule');
  });

  test('on a principal fits nobody in particular where it forbids, not where it allows', () => {
    const nobody = { ...restart, principal: undefined };
    const decided = (['allow', 'ask', 'deny'] as const).map(
      (decision) => decide(policyOf({ rules: [{ decide: decision, when: { principal: 'agent' } }] }), nobody).rule,
    );
    expect(decided).toEqual(['no_rule', 0, 0]);
  });
});

const allow = { decide: 'allow' } as const;
const ask = { decide: 'ask' } as const;
const deny = { decide: 'deny' } as const;
const elsewhere = { decide: 'deny', when: { node: 'gpu-2' } } as const;

describe('among the rules', () => {
  test.each<[what: string, policy: Written, of: Partial<Case>, Verdict['decision'], Verdict['rule']]>([
    ['no rule: a change is asked about', {}, {}, 'ask', 'no_rule'],
    ['no rule: making something is asked about', {}, { effect: 'create' }, 'ask', 'no_rule'],
    ['no rule: looking is allowed', {}, { effect: 'observe' }, 'allow', 'looking'],
    ['a rule that does not fit decides nothing', { rules: [elsewhere] }, {}, 'ask', 'no_rule'],
    ['allow', { rules: [elsewhere, allow] }, {}, 'allow', 1],
    ['ask over allow', { rules: [allow, ask] }, {}, 'ask', 1],
    ['deny over ask and allow, wherever it stands', { rules: [allow, deny, ask] }, {}, 'deny', 1],
    ['the first of a kind', { rules: [elsewhere, deny, deny] }, {}, 'deny', 1],
    ['deny forbids looking as well', { rules: [deny] }, { effect: 'observe' }, 'deny', 0],
    ['read-only over all that allows', { read_only: true, rules: [allow] }, {}, 'deny', 'read_only'],
    ['read-only over what denies', { read_only: true, rules: [deny] }, {}, 'deny', 'read_only'],
    ['read-only over the risk', { read_only: true }, { risk: 'person' }, 'deny', 'read_only'],
    ['read-only lets look', { read_only: true }, { effect: 'observe' }, 'allow', 'looking'],
    ['read-only lets rules forbid to look', { read_only: true, rules: [deny] }, { effect: 'observe' }, 'deny', 0],
    ['what only a person does is never run', { rules: [allow] }, { risk: 'person' }, 'deny', 'person'],
    ['an allow rule reaches what needs an approval', { rules: [allow] }, { risk: 'approve' }, 'allow', 0],
  ])('%s', (_, policy, of, decision, rule) => {
    expect(decide(policyOf(policy), { ...restart, ...of })).toMatchObject({ decision, rule });
  });

  test.each<[because: string, policy: Written]>([
    ['It is theirs.', { rules: [{ decide: 'deny', why: 'It is theirs.' }] }],
    ['A rule of the fleet file forbids service.restart here.', { rules: [deny] }],
    ['A rule of the fleet file wants service.restart approved here.', { rules: [ask] }],
    ['A rule of the fleet file allows service.restart here.', { rules: [allow] }],
    ['No rule is about this change, so a person is asked.', {}],
  ])('the one that decides says why: %s', (because, policy) => {
    expect(decide(policyOf(policy), restart).because).toBe(because);
  });

  const strictness = { allow: 0, ask: 1, deny: 2 };
  const when = fc.record(
    {
      effect: fc.constantFrom('observe', 'create', 'change'),
      risk: fc.subarray(['safe', 'approve'] as const, { minLength: 1 }),
      action: fc.constantFrom('service.restart', 'service.*', 'model.*'),
      node: fc.constantFrom('gpu-1', 'gpu-2'),
      service: fc.constantFrom('llama', 'w*'),
      principal: fc.constantFrom('agent', 'anna'),
      hours: fc.constantFrom('Mon-Fri 08:00-18:00', '18:00-08:00'),
    },
    { requiredKeys: [] },
  );
  const rule = fc.record({ decide: fc.constantFrom('allow', 'ask', 'deny'), when }, { requiredKeys: ['decide'] });
  const policies = fc.record({ read_only: fc.boolean(), rules: fc.array(rule, { maxLength: 5 }) });
  const cases = fc.record({
    effect: fc.constantFrom('observe', 'create', 'change'),
    risk: fc.constantFrom('safe', 'approve', 'person'),
    action: fc.constantFrom('service.restart', 'model.sync'),
    node: fc.constantFrom('gpu-1', 'gpu-2').map((name) => ({ name, labels: {} })),
    service: fc.constantFrom('llama', 'whisper', undefined),
    principal: fc.constantFrom('agent', 'anna', undefined),
    at: fc.integer({ min: 0, max: 2_000_000_000_000 }),
  });

  test('one more that denies never makes a decision less strict, and one that fits denies', () => {
    fc.assert(
      fc.property(policies, cases, when, fc.nat(5), (policy, wanted, added, at) => {
        const more = (rule: Rules[number]) =>
          policyOf({ ...policy, rules: (policy.rules as Rules).toSpliced(at, 0, rule) });
        const before = strictness[decide(policyOf(policy), wanted).decision];
        expect(strictness[decide(more({ decide: 'deny', when: added }), wanted).decision]).toBeGreaterThanOrEqual(
          before,
        );
        expect(decide(more(deny), wanted).decision).toBe('deny');
      }),
    );
  });

  test('the order changes no decision', () => {
    fc.assert(
      fc.property(policies, cases, (policy, wanted) => {
        const turned = policyOf({ ...policy, rules: policy.rules.toReversed() });
        expect(decide(turned, wanted).decision).toBe(decide(policyOf(policy), wanted).decision);
      }),
    );
  });
});

describe('the revision of a policy', () => {
  test('does not depend on the order of keys or on defaults that are written out', () => {
    const revision = policyRevision(policyOf({ rules: [{ decide: 'deny', when: { node: 'a', risk: 'safe' } }] }));
    expect(revision).toMatch(/^[0-9a-f]{64}$/);
    expect(
      policyRevision(
        policyOf({
          limits: { cooldownSeconds: 120 },
          rules: [{ when: { risk: 'safe', node: 'a' }, decide: 'deny' }],
          read_only: false,
        }),
      ),
    ).toBe(revision);
  });

  test.each<[string, Written]>([
    ['read-only', { read_only: true }],
    ['a rule', { rules: [deny] }],
    ['a limit', { limits: { breakerNodes: 4 } }],
    ['how long an approval counts', { approval: { minutes: 5 } }],
    ['whose approval counts', { approval: { signers: '/etc/signers' } }],
  ])('is another one with another value: %s', (_, policy) => {
    expect(policyRevision(policyOf(policy))).not.toBe(policyRevision(policyOf({})));
  });

  test('is another one when rules change places', () => {
    expect(policyRevision(policyOf({ rules: [ask, deny] }))).not.toBe(policyRevision(policyOf({ rules: [deny, ask] })));
  });
});
