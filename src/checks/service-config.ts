import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { unitOf, type ManagerName, type Service } from '../core/service.ts';
import { serviceDrift } from '../probes/service-drift.ts';
import { serviceInput } from './managed.ts';

/** Trap: a corrected configuration that nobody loaded. A restart of the program alone starts the old command again. */
export const serviceConfig = defineCheck({
  name: 'service.config',
  summary: 'The manager of a service runs it as its configuration on disk says',
  layer: 'inference',
  rule: 'Critical when the configuration names no such unit, or the manager has not taken it up; degraded when it changed and was not loaded, or when the manager runs what it no longer names; unknown when it can not be read.',
  unseen: 'pm2, supervisor services without a declared `config`, and files that a configuration only points to.',
  subjects: services(
    ({ manager, config }) => manager === 'systemd' || (manager === 'supervisor' && config !== undefined),
  ),
  needs: (service, node) => ({ drift: need(serviceDrift, serviceInput(service, node)) }),
  evaluate({ drift: found }, service): Verdict {
    const { name, manager } = service;
    if (found === null)
      return { status: 'not_applicable', summary: `${manager} keeps no configuration of ${name} on disk.` };
    const { drift, say } = found;
    const unit = unitOf(service);
    switch (drift) {
      case 'none':
        return { status: 'ok', summary: `${name}: ${manager} runs it as its configuration says (${say}).` };
      case 'changed':
        return bad(
          'degraded',
          `${name}: its configuration changed and ${manager} has not loaded it: ${say}; a restart of the service alone changes nothing.`,
          load(service),
        );
      case 'waiting':
        return bad(
          'critical',
          `${name}: ${say}, but ${manager} has not taken ${unit} up: it can not be started.`,
          load(service),
        );
      case 'forgotten':
        return bad(
          'degraded',
          `${name}: ${manager} knows ${unit}, but ${say}: it is gone when ${manager} is started anew or updated.`,
          `Put ${unit} back into the configuration, or take the service out of the fleet file.`,
        );
      case 'nowhere':
        return bad(
          'critical',
          `${name}: ${say}.`,
          `Correct the name (unit) or the configuration that the fleet file declares, or add ${unit} to it.`,
        );
      default:
        return { status: 'unknown', summary: `${name}: whether its configuration is loaded is not known: ${say}.` };
    }
  },
});

const bad = (status: Verdict['status'], summary: string, say: string): Verdict => ({
  status,
  summary,
  restartHelps: 'after-fix',
  next: [{ say }],
});

const how: Partial<Record<ManagerName, (service: Service) => string>> = {
  supervisor: ({ config }) =>
    `Compare first (supervisorctl -c ${config} reread names what changed), then update that group alone: update restarts every group that changed.`,
  systemd: (service) =>
    `Run systemctl daemon-reload, then restart ${unitOf(service)}; a GPU container can lose its GPUs by a daemon-reload.`,
};
const load = (service: Service): string => how[service.manager]?.(service) ?? '';
