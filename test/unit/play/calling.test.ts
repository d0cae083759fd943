import { expect, test } from 'vitest';
import { definePlaybook } from '../../../src/core/playbook.ts';
import { calledFor } from '../../../src/play/calling.ts';
import { playbooks } from '../../../src/playbooks/index.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';

const node = testNode({
  services: { llama: { kind: 'llama', manager: 'none' }, api: { kind: 'api', manager: 'none' } },
});
const book = (name: string, kinds: ('llama' | 'api')[], check: string) =>
  definePlaybook({
    name,
    title: name,
    summary: name,
    kinds,
    symptoms: [{ check }],
    diagnose: [{ asks: 'Well?', checks: ['*'] }],
  });
const any = book('any', [], '*');
const llama = book('llama', ['llama'], 'service.*');
const both = book('both', ['llama', 'api'], 'service.*');
const all = [any, both, llama];
const down = finding({ check: 'service.running', status: 'critical', service: 'llama' });

test('the playbook for just this kind of service goes before a wider one', () => {
  expect(calledFor(all, node, [down])).toEqual({ playbook: llama, service: 'llama' });
  expect(calledFor(all, node, [{ ...down, service: 'api' }])).toEqual({ playbook: both, service: 'api' });
  expect(calledFor(all, node, [finding({ check: 'node.disk', status: 'critical' })])).toEqual({ playbook: any });
});

test('nothing is called for by a consequence, by what is well, or by what no playbook knows', () => {
  const follows = { ...down, role: 'consequence' as const };
  expect(calledFor(all, node, [follows])).toBeUndefined();
  expect(calledFor(all, node, [{ ...down, status: 'ok', role: 'finding' }])).toBeUndefined();
  expect(calledFor([llama], node, [finding({ check: 'node.disk', status: 'critical' })])).toBeUndefined();
});

test('a service on the CPU calls for the playbook that brings it back to its GPU', () => {
  const lost = finding({ check: 'gpu.attached', status: 'critical', service: 'llama', layer: 'gpu' });
  expect(calledFor(playbooks, node, [lost])?.playbook.name).toBe('gpu_reattach');
});
