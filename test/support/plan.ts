import type { AnyAction, Change, Plan } from '../../src/core/action.ts';
import type { Finding } from '../../src/core/report.ts';
import { testNode } from './node.ts';
import { lookAt, type StandInSystemd } from './stand-in-systemd.ts';

/** A node whose services need each other: ui needs api, and api needs llama. */
export const declared = testNode({
  services: {
    llama: {
      manager: 'systemd',
      kind: 'llama',
      unit: 'llama.service',
      health: [{ url: 'http://127.0.0.1:8081/health?token=hunter2' }],
      models: [{ path: '/models/a.gguf' }],
      queue: 'gpu-tasks',
      quietSeconds: 20,
      startSeconds: 300,
    },
    ui: { manager: 'systemd', needs: ['api'] },
    api: { manager: 'systemd', needs: ['llama'], ports: [8000, 8001] },
    cron: { manager: 'none' },
  },
});

/** How a plan for one of its services comes out. */
export const planOf = (
  action: AnyAction,
  systemd: StandInSystemd,
  args: { service: string; reason?: string } = { service: 'llama' },
  findings: readonly Finding[] = [],
): Plan => lookAt(systemd, action.plan(args, declared, findings));

export function changeOf(...[action, systemd, args, findings]: Parameters<typeof planOf>): Change {
  const plan = planOf(action, systemd, args, findings);
  if (!plan.can) throw new Error(plan.because);
  return plan;
}

export const finding = (more: Partial<Finding>): Finding => ({
  node: declared.name,
  check: 'service.log',
  subject: 'service:llama',
  service: 'llama',
  status: 'critical',
  summary: 'llama: its model is cut short.',
  layer: 'inference',
  role: 'finding',
  evidence: [],
  ...more,
});
