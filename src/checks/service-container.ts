import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { unitOf, type Service } from '../core/service.ts';
import { placeOf } from '../core/service-manager.ts';
import { serviceContainers, type ServiceContainers } from '../probes/service-containers.ts';
import { readLog } from './read-log.ts';

type Container = ServiceContainers['containers'][number];

/** What an engine knows of a container beyond that it runs. Source: the Docker Engine API, ContainerState. */
export const serviceContainer = defineCheck({
  name: 'service.container',
  summary: 'The containers of a service are healthy by their own check, and memory did not run out in them',
  layer: 'container',
  rule: 'Critical when the health check of the container fails, when it is paused, or when it ended because memory ran out in it; degraded when memory ran out in it and it runs.',
  unseen: 'What an image without a health check would say, and faults that its check does not look for.',
  subjects: services(({ manager }) => manager === 'compose'),
  needs: (service) => ({ found: need(serviceContainers, { place: placeOf(service), unit: unitOf(service) }) }),
  evaluate({ found: { silent, containers } }, service, node): readonly Verdict[] {
    const { name } = service;
    if (silent) return [{ status: 'not_applicable', summary: `${name}: see manager.reach.` }];
    if (containers.length === 0) return [{ status: 'not_applicable', summary: `${name}: see service.running.` }];
    const trouble = containers.flatMap((container) => troubleOf(container, service, node) ?? []);
    if (trouble.length > 0) return trouble;
    const healthy = containers.filter(({ health }) => health?.status === 'healthy').length;
    const checked = containers.filter(({ health }) => health !== null).length;
    const restarts = containers.reduce((sum, container) => sum + container.restarts, 0);
    const says =
      checked === 0
        ? 'no health check of its own'
        : `${healthy} of ${count(checked, 'health check')} ${healthy === 1 ? 'is' : 'are'} well`;
    const again = restarts === 0 ? '' : `; ${count(restarts, 'restart')} by its engine`;
    return [{ status: 'ok', summary: `${name}: ${count(containers.length, 'container')}, ${says}${again}.` }];
  },
});

function troubleOf(container: Container, service: Service, node: Node): Verdict | undefined {
  const { name: called, status, health, oomKilled } = container;
  const isUp = status === 'running';
  const which = `${service.name}: its container ${called}`;
  if (status === 'paused') {
    return {
      status: 'critical',
      summary: `${which} is paused: its programs stand still, and nothing is answered.`,
      restartHelps: 'maybe',
      next: [{ say: `Ask who paused it; docker unpause ${called} lets it go on.` }],
    };
  }
  if (oomKilled) return outOfMemory(which, container, service, node);
  if (!isUp || health?.status !== 'unhealthy') return undefined;
  const { failingStreak, lastExitCode, lastLine } = health;
  const said = lastLine === null ? 'said nothing' : `said "${lastLine}"`;
  return {
    status: 'critical',
    summary: `${which} is unhealthy: its own check failed ${count(failingStreak, 'time')} in a row, and the last one ended with ${lastExitCode ?? 'no exit code'} and ${said}.`,
    restartHelps: 'maybe',
    next: [readLog(node, service)],
  };
}

function outOfMemory(
  which: string,
  { status, memoryLimitBytes, exitCode }: Container,
  service: Service,
  node: Node,
): Verdict {
  const limit =
    memoryLimitBytes === null ? 'it has no limit of its own' : `its limit is ${bytesText(memoryLimitBytes)}`;
  const isUp = status === 'running';
  return {
    status: isUp ? 'degraded' : 'critical',
    summary: isUp
      ? `${which} runs, but the kernel killed a process in it since it was started, because memory ran out (${limit}).`
      : `${which} ended with ${exitCode} because memory ran out in it (${limit}).`,
    restartHelps: 'after-fix',
    next: [
      {
        say: `Compare what ${service.name} needs (model, context, cache) with mem_limit in the compose file and with the memory of the node; a restart fills it up again.`,
      },
      readLog(node, service),
    ],
  };
}
