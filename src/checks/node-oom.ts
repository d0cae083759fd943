import { defineCheck, need, services, type Need, type Subject, type Verdict } from '../core/check.ts';
import { identity, type Identity } from '../probes/identity.ts';
import { kernelLog, type KernelLog } from '../probes/kernel-log.ts';
import { oomCounters, type OomCounters } from '../probes/oom-counters.ts';
import { processes, type Processes } from '../probes/processes.ts';
import { serviceCgroups, type ServiceCgroup } from '../probes/service-cgroups.ts';
import { managerOf, managersOf } from './managed.ts';
import { oomKills } from './oom-kills.ts';
import { ownersOf, suspect } from './oom-owner.ts';
import { killsOfNode, killsOfService, withoutLog, withoutLogOf } from './oom-verdict.ts';

type OomNeeds = Readonly<Record<`under ${string}`, Need<readonly ServiceCgroup[]>>> & {
  readonly log: Need<KernelLog>;
  readonly identity: Need<Identity>;
  readonly counters: Need<OomCounters>;
  readonly processes: Need<Processes>;
};

/** Kills by the kernel for lack of memory. Source of the window: NVSentinel's 24 h; of the meaning: mm/oom_kill.c. */
export const nodeOom = defineCheck({
  name: 'node.oom',
  summary: 'The kernel killed no process for lack of memory, not even one that was started again since',
  layer: 'boot',
  rule: 'A service is critical when the kernel killed a process of it within `kernelFaultHours`, and degraded when that was once, over an hour ago, and it runs again; the node is degraded for other processes. Without the log the counters of the kernel decide; unknown when they are hidden too.',
  unseen:
    'Kills by a program in place of the kernel (systemd-oomd, earlyoom), kills before this boot, and, without the log, when and whom.',
  subjects: (node): readonly Subject<string | null>[] => [
    { id: 'node', value: null },
    ...services(({ manager }) => manager !== 'none')(node).map((subject) => ({
      ...subject,
      value: subject.value.name,
    })),
  ],
  needs: (_, node): OomNeeds => ({
    log: need(kernelLog, { become: node.become }),
    identity: need(identity, {}),
    counters: need(oomCounters, {}),
    processes: need(processes, {}),
    ...Object.fromEntries(
      managersOf(node).map(({ id, manager, place, units }) => [
        `under ${id}`,
        need(serviceCgroups, { manager, place, units }),
      ]),
    ),
  }),
  evaluate(facts, name, node): Verdict {
    const {
      log,
      identity: { uptimeSeconds, container },
      counters,
      processes: { list },
    } = facts;
    const suspects = node.services
      .filter(({ manager }) => manager !== 'none')
      .map((service) => suspect(service, facts[`under ${managerOf(service, node).id}`] ?? [], list, uptimeSeconds));
    const own = suspects.find(({ service }) => service.name === name);
    if (!log.known) {
      return own === undefined ? withoutLog(log, counters, container) : withoutLogOf(own, suspects, counters);
    }
    // The log of a container is that of its host: where its own group counts no kill, none in there was its own.
    const isForeign = container !== null && counters.ownGroup === 0;
    const limitSeconds = node.thresholds.kernelFaultHours * 3_600;
    const recent = oomKills(log).filter(({ at }) => at === null || uptimeSeconds - at <= limitSeconds);
    const owned = recent.map((kill) => ({ kill, owners: isForeign ? [] : ownersOf(kill, suspects) }));
    if (own === undefined) {
      const others = owned.filter(({ owners }) => owners.length !== 1);
      return killsOfNode(others, log, { uptimeSeconds, isForeign });
    }
    const mine = owned.filter(({ owners }) => owners.length === 1 && owners[0] === own).map(({ kill }) => kill);
    return killsOfService(own, mine, uptimeSeconds, node);
  },
});
