import { describe, expect, test } from 'vitest';
import { memoryFaults } from '../../../src/checks/gpu-memory-faults.ts';
import { xidMoves, type XidMove } from '../../../src/checks/xid-moves.ts';
import type { Finding } from '../../../src/core/report.ts';
import { choose } from '../../../src/play/choose.ts';
import { gpuFault } from '../../../src/playbooks/gpu-fault.ts';
import { finding } from '../../support/finding.ts';

const chosen = (...findings: readonly Finding[]) => {
  const one = { playbook: gpuFault, node: 'gpu-1', service: undefined, services: [], inputs: {}, findings };
  const verdict = choose(one, new Set());
  return verdict.is === 'remedy' ? verdict.choice : verdict.is;
};
const nameOf = (choice: ReturnType<typeof chosen>) => (typeof choice === 'string' ? choice : choice.remedy.name);

const xid = (move: XidMove) => {
  const { status, say, restartHelps } = xidMoves[move];
  return finding({ check: 'gpu.xid', status, layer: 'gpu', subject: 'gpu:1', restartHelps, next: [{ say }] });
};
const hit = (restartHelps: Finding['restartHelps']) =>
  finding({ check: 'gpu.hit', status: 'degraded', service: 'llama', restartHelps });

test.each<[XidMove, string]>([
  ['note', 'well'],
  ['detail', 'well'],
  ['follow', 'well'],
  ['watch', 'well'],
  ['app', 'well'],
  ['diagnose', 'test'],
  ['remap', 'reset_later'],
  ['update', 'as_noted'],
  ['vm', 'as_found'],
  ['link', 'reset'],
  ['reset', 'reset'],
  ['fabric', 'reset'],
  ['reboot', 'reboot'],
  ['hands', 'as_found'],
  ['vendor', 'vendor'],
])('an Xid whose move is "%s" calls for %s, in the words of the check', (move, remedy) => {
  const choice = chosen(xid(move));
  expect(nameOf(choice)).toBe(remedy);
  const person = remedy === 'well' ? undefined : [xidMoves[move].say];
  expect(typeof choice === 'string' ? undefined : choice.person).toEqual(person);
});

test('every move of an Xid is asked about here', () =>
  expect(Object.keys(xidMoves).filter((move) => move !== 'action')).toHaveLength(15));

describe('the memory of a GPU', () => {
  test.each(memoryFaults.map((fault) => [`${fault.check} ${fault.status}: ${fault.advice}`, fault] as const))(
    '%s',
    (_, { check, status, advice }) => {
      const choice = chosen(finding({ check, status, layer: 'gpu', next: [{ say: advice }] }));
      const isMild = status === 'degraded' && (check === 'gpu.ecc' || check === 'gpu.remap');
      const byWords = [
        ['is to be replaced', 'replace'],
        ['at a quiet time', status === 'critical' ? 'reset' : 'reset_later'],
        ['then reset it', 'reset'],
      ] as const;
      const wanted = byWords.find(([words]) => advice.includes(words))?.[1] ?? 'as_noted';
      expect(nameOf(choice)).toBe(isMild ? 'well' : wanted);
    },
  );
});

describe('of several faults', () => {
  const pci = finding({
    check: 'gpu.pci',
    status: 'critical',
    layer: 'gpu',
    next: [{ say: 'drain the node and cut its power for 30 s.' }],
  });
  const recovery = finding({ check: 'gpu.recovery', status: 'critical', layer: 'gpu', next: [{ say: 'Reset it.' }] });
  const worn = finding({
    check: 'gpu.repair',
    status: 'critical',
    layer: 'gpu',
    next: [{ say: 'It is to be replaced.' }],
  });

  test.each<[string, readonly Finding[], string]>([
    ['the gravest move wins', [xid('reset'), recovery, pci, worn], 'replace'],
    ['no power means no reset', [xid('reset'), pci, recovery], 'power_cycle'],
    ['what the driver asks for goes before the table', [xid('reboot'), recovery], 'as_driver_asks'],
    ['a service is not restarted on a GPU that must be reset', [xid('reset'), hit('after-fix'), hit('yes')], 'reset'],
    ['a service that was hit is restarted', [xid('app'), hit('yes')], 'restart_app'],
    ['a service that was hit is not restarted before the GPU is mended', [hit('after-fix')], 'person'],
  ])('%s', (_, findings, remedy) => expect(nameOf(chosen(...findings))).toBe(remedy));

  test('only the service that was hit is restarted', () =>
    expect(chosen(xid('app'), hit('yes'))).toMatchObject({
      key: 'restart_app llama',
      steps: [{ action: 'service.restart', args: { service: 'llama' } }],
    }));

  test('what can not be told is not called well', () =>
    expect(chosen(finding({ check: 'gpu.nvml', status: 'unknown', layer: 'gpu' }))).toBe('unknown'));
});
