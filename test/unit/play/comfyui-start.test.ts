import { expect, test } from 'vitest';
import type { Finding } from '../../../src/core/report.ts';
import { choose } from '../../../src/play/choose.ts';
import { comfyuiStart } from '../../../src/playbooks/comfyui-start.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';

const { services } = testNode({
  comfyui: { path: '/opt/ComfyUI', instances: { manager: 'pm2', gpus: 2 } },
  services: {
    one: { kind: 'worker', manager: 'pm2', needs: ['comfyui-gpu0'] },
    two: { kind: 'worker', manager: 'pm2' },
    api: { kind: 'api', manager: 'pm2' },
  },
});

/** What it does, and to whom; the word for what it comes to where that is nothing. */
function chosen(findings: readonly Finding[], tried: readonly string[] = []): string {
  const one = { playbook: comfyuiStart, node: 'gpu-1', service: undefined, services, inputs: {}, findings };
  const verdict = choose(one, new Set(tried));
  if (verdict.is !== 'remedy') return verdict.is;
  return [verdict.choice.remedy.name, ...verdict.choice.steps.map(({ args }) => args['service'] ?? '')]
    .join(' ')
    .trim();
}

const stopped = (service: string) =>
  finding({
    check: 'service.running',
    status: 'critical',
    service,
    layer: 'worker',
    summary: `${service}: it is stopped.`,
  });
const workers = [stopped('one'), stopped('two')];
const instance = (check: string, status: Finding['status'], more: Partial<Finding> = {}) =>
  finding({ check, status, service: 'comfyui-gpu1', ...more });
const set = (status: Finding['status']) =>
  finding({ check: 'comfyui.instances', status, subject: 'service:comfyui-gpu1', layer: 'inference' });

test.each<[string, readonly Finding[], string]>([
  [
    'no folder of theirs is as it must be',
    [finding({ check: 'comfyui.storage', status: 'critical' }), set('critical')],
    'share_folders_first',
  ],
  [
    'nothing is installed',
    [finding({ check: 'comfyui.installed', status: 'critical', layer: 'inference' }), set('critical')],
    'install_first',
  ],
  ['a disk is full', [finding({ check: 'node.disk', status: 'critical' }), set('critical')], 'set_up_first'],
  ['the manager runs others', [set('critical'), ...workers], 'bring_up'],
  ['the manager could not be asked', [set('unknown'), ...workers], 'person'],
  [
    'one was stopped',
    [instance('service.running', 'critical', { summary: 'it is stopped.' }), ...workers],
    'start_instance comfyui-gpu1',
  ],
  [
    'one flaps until its manager gives up',
    [instance('service.running', 'critical', { summary: 'it failed.' }), ...workers],
    'read_its_log',
  ],
  ['one does not answer', [instance('service.health', 'critical'), ...workers], 'wait_for_it'],
  ['one answers slowly', [instance('service.health', 'degraded'), ...workers], 'wait_for_it'],
  ['one gives no answer that can be judged', [instance('service.health', 'unknown'), ...workers], 'person'],
  ['all are well, and the workers are stopped', workers, 'start_worker one'],
  ['an api is stopped, which is not its matter', [stopped('api')], 'well'],
])('where %s', (_, findings, does) => {
  expect(chosen(findings)).toBe(does);
});

test('one worker after the other, each once', () => {
  expect(chosen(workers, ['start_worker one'])).toBe('start_worker two');
  expect(chosen(workers, ['start_worker one', 'start_worker two'])).toBe('person');
});
