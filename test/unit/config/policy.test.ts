import { describe, expect, test } from 'vitest';
import { policySchema } from '../../../src/core/policy.ts';
import { fleetOf, refusal } from '../../support/fleet-text.ts';

const nodes = 'nodes: { gpu-1: { labels: { rack: b2 }, services: { llama: { manager: pm2 } } } }\n';
const rule = (text: string) => `${nodes}policy:\n  rules:\n    - ${text}\n`;
const when = (text: string) => rule(`decide: deny\n      when: { ${text} }`);
const approvalOf = async (text: string) => (await fleetOf(`${nodes}policy: { approval: ${text} }\n`)).policy.approval;

describe('the policy of a fleet file', () => {
  test('changes nothing and limits all when it is left out', async () => {
    const { policy, rulePlaces } = await fleetOf(nodes);
    expect(policy).toEqual(policySchema.parse({}));
    expect(policy.limits).toMatchObject({ cooldownSeconds: 120, restartsPer30Min: 2, restartsPer7Days: 5 });
    expect(rulePlaces).toEqual([]);
  });

  test('finds the signers beside itself or at home, and needs none', async () => {
    expect(await approvalOf('{}')).toEqual({ minutes: 15 });
    expect((await approvalOf('{ signers: keys/signers }')).signers).toMatch(/\/rh-test-\w+\/keys\/signers$/);
    expect((await approvalOf('{ signers: ~/signers }')).signers).toMatch(/\/rh-test-\w+\/signers$/);
    expect((await approvalOf('{ signers: /etc/signers }')).signers).toBe('/etc/signers');
  });

  test('keeps its rules and their lines', async () => {
    const { path, policy, rulePlaces } = await fleetOf(
      `${when('node: [gpu-1, local], service: other*')}    - decide: ask\n`,
    );
    expect(policy.rules).toEqual([
      { decide: 'deny', when: { node: ['gpu-1', 'local'], service: 'other*' } },
      { decide: 'ask', when: {} },
    ]);
    expect(rulePlaces).toEqual([`${path}:4`, `${path}:6`]);
  });

  test.each([
    [
      'a misspelt decision',
      rule('decide: dny'),
      '4:15: policy.rules[0].decide: must be allow, ask or deny; did you mean `deny`?',
    ],
    ['no decision', rule('when: {}'), '4:7: policy.rules[0].decide: is missing; it is allow, ask or deny'],
    [
      'a misspelt key',
      rule('decide: ask\n      wen: {}'),
      '5:7: policy.rules[0].wen: unknown key; did you mean `when`?',
    ],
    ['a misspelt condition', when('nod: gpu-1'), '5:15: policy.rules[0].when.nod: unknown key; did you mean `node`?'],
    [
      'a misspelt effect',
      when('effect: chnge'),
      '5:23: policy.rules[0].when.effect: must be observe, create or change; did you mean `change`?',
    ],
    [
      'a misspelt effect in a list',
      when('effect: [change, obsrve]'),
      '5:32: policy.rules[0].when.effect[1]: must be observe, create or change; did you mean `observe`?',
    ],
    [
      'a number for a name',
      when('node: 4'),
      '5:21: policy.rules[0].when.node: must be text, not a number; put it in quotes',
    ],
    ['a list of nothing', when('node: []'), '5:21: policy.rules[0].when.node: must hold at least one value'],
    [
      'a * within',
      when('action: service.*.x'),
      '5:23: policy.rules[0].when.action: must be a name, or its beginning and a *',
    ],
    ['a label without a value', when('label: rack'), '5:22: policy.rules[0].when.label: must be like rack=b2'],
    [
      'hours of another form',
      when('hours: 9 to 5'),
      '5:22: policy.rules[0].when.hours: must be like Mon-Fri 08:00-18:00, with a time zone after it where that is not UTC',
    ],
    [
      'a zone that is none',
      when('hours: Mon Mars/Base'),
      '5:22: policy.rules[0].when.hours: names no known time zone; write one like Europe/Berlin, or none for UTC',
    ],
    [
      'a node that is none',
      when('node: gpu-l'),
      '5:21: policy.rules[0].when.node: no node is called this; did you mean `gpu-1`?',
    ],
    [
      'a node that is none, in a list',
      when('node: [gpu-1, gpu-l]'),
      '5:29: policy.rules[0].when.node[1]: no node is called this; did you mean `gpu-1`?',
    ],
    ['a label that no node has', when('label: rack=c7'), '5:22: policy.rules[0].when.label: no node has this label'],
    [
      'a service that no node declares',
      when('service: lama'),
      '5:24: policy.rules[0].when.service: no node declares this service; did you mean `llama`?',
    ],
    [
      'a limit below its least',
      `${nodes}policy: { limits: { breakerNodes: 1 } }\n`,
      '2:35: policy.limits.breakerNodes: must be at least 2',
    ],
    [
      'an approval without end',
      `${nodes}policy: { approval: { minutes: 0 } }\n`,
      '2:32: policy.approval.minutes: must be at least 1',
    ],
    [
      'signers that are nowhere',
      `${nodes}policy: { approval: { signers: '' } }\n`,
      '2:32: policy.approval.signers: must not be empty',
    ],
    ['a policy of nothing', `${nodes}policy:\n`, '2:1: policy: must be a mapping, not empty'],
  ])('is refused with its place: %s', async (_, text, message) => {
    expect(await refusal(text)).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`fleet.yaml:${message}`),
    });
  });
});
