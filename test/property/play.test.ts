import { array, assert, constantFrom, property, record, shuffledSubarray } from 'fast-check';
import { expect, test } from 'vitest';
import { layers } from '../../src/core/layer.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { statuses, type Finding } from '../../src/core/report.ts';
import { choose, type Verdict } from '../../src/play/choose.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { finding } from '../support/finding.ts';
import { testNode } from '../support/node.ts';

const { services } = testNode({
  services: {
    llama: { kind: 'llama', manager: 'none' },
    ollama: { kind: 'ollama', manager: 'none' },
    api: { kind: 'api', manager: 'none', needs: ['llama'] },
  },
});

/** Findings of the checks that a playbook asks for, with the signatures that it knows. */
const findingsFor = ({ diagnose, symptoms, remedies }: Playbook) => {
  const conditions = [...symptoms, ...remedies.flatMap(({ when, unless }) => [...when, ...unless])];
  const signatures = conditions.flatMap(({ signature = [] }) => signature.map((id) => id.replace('*', 'X')));
  const says = conditions.flatMap(({ says: text = '' }) => text);
  const checks = diagnose.flatMap((question) => question.checks.map((name) => name.replace('*', 'some')));
  const some = record({
    check: constantFrom(...checks),
    status: constantFrom(...statuses),
    role: constantFrom<Finding['role']>('cause', 'consequence', 'finding'),
    layer: constantFrom(...layers),
    subject: constantFrom('node', 'model:/a.gguf', 'model:/b.gguf', 'log:/a.log', 'log:/b.log', 'gpu:0'),
    service: constantFrom(undefined, ...services.map(({ name }) => name)),
    signature: constantFrom(undefined, ...signatures),
    restartHelps: constantFrom<Finding['restartHelps']>(undefined, 'yes', 'maybe', 'no'),
    says: constantFrom('', ...says),
  });
  return array(some, { maxLength: 12 }).map((all) =>
    all.map(({ says: text, service, signature, restartHelps, ...rest }, index) =>
      finding({
        ...rest,
        ...(service !== undefined && { service }),
        ...(signature !== undefined && { signature }),
        ...(restartHelps !== undefined && { restartHelps }),
        summary: `${index} ${text}`,
      }),
    ),
  );
};

/** What is done, and not left to a person. */
const acts = (verdict: Verdict) =>
  verdict.is === 'remedy' && verdict.choice.person.length === 0 ? [verdict.choice] : [];

test.each(playbooks.map((playbook) => [playbook.name, playbook] as const))(
  'what %s chooses does not depend on the order of what was found',
  (_, playbook) => {
    const inputs = Object.fromEntries(Object.keys(playbook.inputs).map((name) => [name, 'given']));
    const service = services.find(({ kind }) => playbook.kinds.includes(kind));
    const both = findingsFor(playbook).chain((findings) =>
      shuffledSubarray([...findings], { minLength: findings.length }).map((shuffled) => [findings, shuffled] as const),
    );
    assert(
      property(both, ([findings, shuffled]) => {
        const one = { playbook, node: 'gpu-1', service, services, inputs };
        const none = new Set<string>();
        const chosen = choose({ ...one, findings }, none);
        expect(choose({ ...one, findings: shuffled }, none)).toEqual(chosen);
        const done = new Set(playbook.remedies.map(({ name }) => name));
        const tried = new Set(chosen.is === 'remedy' ? [chosen.choice.key] : []);
        const next = choose({ ...one, findings }, tried, done);
        expect(choose({ ...one, findings: shuffled }, tried, done)).toEqual(next);
        // Nothing is chosen twice, and nothing is sent whose words are not known.
        expect(acts(next).filter(({ key }) => tried.has(key))).toEqual([]);
        expect(JSON.stringify(acts(chosen).map(({ steps, undoes }) => [steps, undoes]))).not.toMatch(/\{[a-z]+\}/);
      }),
    );
  },
);
