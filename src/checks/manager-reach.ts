import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { ManagerName } from '../core/service.ts';
import type { ManagerAnswer } from '../core/service-manager.ts';
import { serviceStates } from '../probes/service-states.ts';
import { managersOf, type Managed } from './managed.ts';

type Reason = Exclude<ManagerAnswer, { reachable: true }>['reason'];

export const managerReach = defineCheck({
  name: 'manager.reach',
  summary: 'The service managers that services are declared under answer',
  layer: 'boot',
  rule: 'Critical when a manager that services are declared under is absent, gives no answer or shuts down; unknown when it does not let the login user in.',
  unseen: 'Managers that no service is declared under; and that a manager answers says nothing about its services.',
  subjects: (node: Node): readonly Subject<Managed>[] =>
    managersOf(node).map((managed) => ({ id: managed.id, value: managed })),
  needs: ({ manager, place, units }) => ({ states: need(serviceStates, { manager, place, units }) }),
  evaluate({ states }, managed): Verdict {
    const { manager, units } = managed;
    if (states.reachable) {
      const known = states.services.filter(({ state }) => state !== 'missing').length;
      return { status: 'ok', summary: `${manager} answers (${states.via}) and knows ${count(known, 'service')}.` };
    }
    const { reason, say } = states;
    // Not being let in says nothing about the services.
    const status = reason === 'denied' || reason === 'unauthorized' ? 'unknown' : 'critical';
    const summary = `${manager} can not be asked for ${count(units.length, 'declared service')}: ${say}.`;
    return { status, summary, next: [{ say: advice(reason, managed) }] };
  },
});

function advice(reason: Reason, { manager, place }: Managed): string {
  switch (reason) {
    case 'denied':
      return manager === 'compose'
        ? 'Put the login user into the group of the socket (docker; that is as much as root), or declare `become: sudo` for the service.'
        : 'Let the login user look (group of the socket or folder), declare `become: sudo` for the service, or, for pm2, its `home`.';
    case 'unauthorized':
      return 'Declare `auth` (user and password) for the service as the configuration of supervisord has it.';
    case 'shutting_down':
      return 'See who ends it; when it has ended, start it again.';
    case 'absent':
      return absent[manager];
    case 'hangs':
      return `Containers run on without ${manager}. See what it waits for (journalctl -u docker; a dead mount in D state; a full data root) before it is started anew: a restart of the engine restarts them, unless live-restore is set.`;
    case 'cut_off':
      return `${manager} still watches its services, so nothing is down by this alone. Only a new start of ${manager} brings its socket back, and restarts all of them: find what removed the socket (a cleaner of /tmp), put it elsewhere, and choose a quiet moment.`;
    default:
      return `${start[manager]}${place.config === undefined ? '' : ` (configuration ${place.config})`}; in a container it may be the first process, so see whether the container was restarted.`;
  }
}

const absent: Record<ManagerName, string> = {
  supervisor: 'See where supervisord keeps its configuration and declare it as `config`, or its address as `server`.',
  pm2: 'If it should run, start it as its user with `pm2 resurrect`; apps of a daemon that died live on and hold their ports. If it runs in another home, declare `home`.',
  systemd: 'This node has no systemd: declare the manager that really starts its services.',
  compose:
    'Start the engine (systemctl start docker). If its socket is elsewhere, declare it as `server` (podman: unix:///run/podman/podman.sock); if several projects run, declare `project`.',
  none: '',
};

const start: Record<ManagerName, string> = {
  supervisor: 'Find out why supervisord ended (its log, the kernel log) and start it again',
  pm2: 'Look for apps that outlived the daemon, then start it as its user with `pm2 resurrect`',
  systemd: 'See why systemd does not answer',
  compose:
    'See why the container engine ended (journalctl -u docker, the room on its data root) and start it again (systemctl start docker)',
  none: '',
};
