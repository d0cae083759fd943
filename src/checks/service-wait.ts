import { defineCheck, services, type Verdict } from '../core/check.ts';
import { isOver, mayWait, seeModel, waitingNeed, waitOf, waitText } from './model-wait.ts';

/** Source: the playbook for model servers: a restart only begins the wait anew, and the script goes on by itself. */
export const serviceWait = defineCheck({
  name: 'service.wait',
  summary: 'No started model server still waits for its model',
  layer: 'inference',
  rule: 'Degraded while a start script waits for the model, critical once that takes longer than the declared `waitSeconds`.',
  unseen:
    'A script that neither logs that it waits nor runs as a mere script; and without `waitSeconds`, when it is too long.',
  subjects: services(mayWait),
  needs: (service, node) => ({ waiting: waitingNeed(service, node) }),
  evaluate({ waiting }, service, node): Verdict {
    const wait = waitOf(waiting);
    if (wait === undefined) {
      return {
        status: waiting === null ? 'ok' : 'not_applicable',
        summary:
          waiting === null
            ? `${service.name} does not wait for its model.`
            : `${service.name} listens on none of its ports, and nothing shows that it waits for its model.`,
      };
    }
    const waits = `${service.name} has waited for its model ${waitText(wait, service)}: ${wait.shown}`;
    return {
      status: isOver(wait, service) ? 'critical' : 'degraded',
      summary: isOver(wait, service)
        ? `${waits}; the model never came, and a restart only begins the wait anew.`
        : `${waits}; it goes on by itself once the model is there, so do not restart it.`,
      restartHelps: 'no',
      next: [seeModel(node, service)],
    };
  },
});
