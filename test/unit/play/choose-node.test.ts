import { describe, expect, test } from 'vitest';
import { definePlaybook } from '../../../src/core/playbook.ts';
import type { Finding } from '../../../src/core/report.ts';
import { choose, type Case } from '../../../src/play/choose.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';

const { services } = testNode({
  services: { llama: { kind: 'llama', manager: 'none' }, api: { kind: 'api', manager: 'none', needs: ['llama'] } },
});
const none: ReadonlySet<string> = new Set();

const free = definePlaybook({
  name: 'disk_free',
  title: 'Free',
  summary: 'Frees.',
  symptoms: [{ check: 'node.disk' }],
  diagnose: [{ asks: 'Well?', checks: ['node.disk', 'log.size', 'service.health'] }],
  remedies: [
    {
      name: 'rotate',
      when: [{ check: 'log.size', consequence: true }],
      because: '{log} of {service} is large.',
      do: [{ action: 'log.rotate', args: { service: '{service}', path: '{log}' } }],
    },
    {
      name: 'restart',
      when: [{ check: 'service.health', status: ['ok'], kind: ['api'] }],
      after: ['rotate'],
      because: 'It opens its log again.',
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
    { name: 'look', when: [{ check: 'node.disk', says: ['docker'] }], because: '{finding}.', person: ['{next}'] },
  ],
});
const of = (...findings: readonly Finding[]): Case => ({
  playbook: free,
  node: 'gpu-1',
  service: undefined,
  services,
  inputs: {},
  findings,
});
const full = finding({
  check: 'node.disk',
  status: 'critical',
  next: [{ say: 'See docker system df.' }, { say: 'Then ask.' }],
});
const large = (service: string, path: string) =>
  finding({ check: 'log.size', status: 'degraded', service, subject: `log:${path}`, layer: 'storage' });
const logs = [large('llama', '/l.log'), large('api', '/a.log')];
const healthy = ['llama', 'api'].map((service) =>
  finding({ check: 'service.health', status: 'ok', service, layer: 'storage' }),
);
const name = (tried: readonly string[], done: readonly string[], ...findings: readonly Finding[]) => {
  const verdict = choose(of(...findings), new Set(tried), new Set(done));
  return verdict.is === 'remedy' ? [verdict.choice.key, verdict.choice.steps] : verdict.is;
};

const rotate = (service: string, path: string) => [
  `rotate ${service} ${path}`,
  [{ action: 'log.rotate', args: { service, path } }],
];

describe('a playbook for the node as a whole', () => {
  test('does the same to each thing that a finding names, once', () => {
    expect(name([], [], full, ...logs)).toEqual(rotate('api', '/a.log'));
    expect(name(['rotate api /a.log'], ['rotate'], full, ...logs)).toEqual(rotate('llama', '/l.log'));
    expect(name(['rotate api /a.log', 'rotate llama /l.log'], [], full, ...logs)).toEqual(['look', []]);
  });

  test('does to a service of the right kind what comes after another remedy, and only then', () => {
    const tried = ['rotate api /a.log'];
    const [, large] = logs;
    if (large === undefined) throw new Error('no log');
    const restart = ['restart api', [{ action: 'service.restart', args: { service: 'api' } }]];
    expect(name(tried, ['rotate'], full, large, ...healthy)).toEqual(restart);
    expect(name(tried, [], full, large, ...healthy)).toEqual(['look', []]);
  });

  test('does nothing of which it is not told what to do it to', () => {
    const nameless = finding({ check: 'log.size', status: 'degraded' });
    expect(name([], [], full, nameless)).toEqual(['look', []]);
  });

  test('tells a person all that a finding says helps', () => {
    expect(choose(of(full), none)).toMatchObject({
      is: 'remedy',
      choice: { because: 'node.disk is critical.', person: ['See docker system df. Then ask.'] },
    });
  });
});

const back = definePlaybook({
  name: 'rollback',
  title: 'Back',
  summary: 'Back.',
  inputs: { run: 'Which' },
  diagnose: [{ asks: 'Well?', checks: ['service.*'] }],
  remedies: [{ name: 'take_back', because: 'Takes back {run}.', undoes: '{run}' }],
});
const down = finding({ check: 'service.running', status: 'critical', service: 'llama' });
const one: Case = { ...of(down), playbook: back, inputs: { run: 'r-1' } };

describe('a playbook that is asked for by name only', () => {
  test('does what it is for, whatever is found, and is at its end when that is proven', () => {
    expect(choose(one, none)).toMatchObject({ is: 'remedy', choice: { key: 'take_back', undoes: 'r-1', steps: [] } });
    expect(choose(one, new Set(['take_back']), new Set(['take_back']))).toEqual({ is: 'well' });
    expect(choose(one, new Set(['take_back']))).toMatchObject({ is: 'person' });
  });
});
