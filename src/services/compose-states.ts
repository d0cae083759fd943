import type { Published, ServiceState, StateWord } from '../core/service-manager.ts';
import { clean } from '../core/text.ts';
import type { ContainerFacts, PublishedPort } from './engine-inspect.ts';

/** What an engine says of a container, as the state of the unit that it is an instance of. */
export function containerState(
  unit: string,
  it: ContainerFacts,
  /** The engine's clock. */
  clock: number | null,
  /** Whether somebody told it to end. */
  byHand: boolean,
): ServiceState {
  const state = stateWord(it, byHand);
  const isUp = state === 'running' || state === 'starting';
  return {
    unit,
    state,
    said: saidOf(it),
    pid: isUp ? it.pid : null,
    uptimeSeconds: isUp && clock !== null && it.startedAt !== null ? Math.max(0, clock - it.startedAt) : null,
    restarts: it.restarts,
    exitCode: isUp || it.startedAt === null ? null : it.exitCode,
    logs: [],
    ...(isUp && it.pid !== null && it.ports.length > 0 && { publishes: publishedBy(it.ports, it.pid) }),
  };
}

/** Each once, though it is opened on IPv4 and IPv6. */
function publishedBy(ports: readonly PublishedPort[], pid: number): readonly Published[] {
  const tcp = ports.filter(({ protocol }) => protocol === 'tcp');
  const distinct = new Map(tcp.map(({ hostPort, port }) => [hostPort, port]));
  return [...distinct].map(([hostPort, port]) => ({ hostPort, port, pid }));
}

/** In the words of the engine, and the same while nothing changes: `running (healthy)`, `exited (137), out of memory`. */
function saidOf({ status, health, exitCode, oomKilled, error, startedAt }: ContainerFacts): string {
  const isUp = status === 'running';
  const ended = startedAt !== null && (status === 'exited' || status === 'dead' || status === 'restarting');
  const beside = isUp ? (health?.status ?? '') : ended ? String(exitCode) : '';
  return [
    `${status}${beside === '' ? '' : ` (${isUp && beside === 'starting' ? 'health: starting' : beside})`}`,
    ...(oomKilled && !isUp ? ['out of memory'] : []),
    ...(error === '' || isUp ? [] : [bareError(error)]),
  ].join(', ');
}

/** What went wrong, without the names of all who passed it on. */
const bareError = (error: string): string =>
  clean(error)
    .replace(/^(?:[^:"]*(?:create|start)[^:"]*: )+/, '')
    .replace(/\s+/g, ' ')
    .slice(0, 300);

const [killed, terminated] = [137, 143];

/** An end that only somebody's word tells from a fault. */
export const isUnclearEnd = ({ status, exitCode, oomKilled, restartPolicy }: ContainerFacts): boolean =>
  status === 'exited' && exitCode === killed && !oomKilled && !startsAgain(restartPolicy.name);

const startsAgain = (policy: string): boolean => policy === 'always' || policy === 'unless-stopped';

/** Source: the Docker Engine API, ContainerState; restart policies of `docker run`. */
function stateWord(it: ContainerFacts, byHand: boolean): StateWord {
  switch (it.status) {
    case 'running':
      return it.health?.status === 'starting' ? 'starting' : 'running';
    case 'restarting':
      return 'crashing';
    case 'paused':
      return 'stopped';
    case 'removing':
      return 'stopping';
    case 'created':
      return it.error === '' ? 'stopped' : 'failed';
    case 'dead':
      return 'failed';
    case 'exited':
      return endWord(it, byHand);
    default:
      return 'unknown';
  }
}

function endWord({ exitCode, error, oomKilled, restarts, restartPolicy }: ContainerFacts, byHand: boolean): StateWord {
  if (error !== '') return 'failed';
  // Its engine starts such a one again, whatever it ended with, until somebody stops it.
  if (startsAgain(restartPolicy.name)) return 'stopped';
  if (exitCode === 0) return 'finished';
  const givenUp = restartPolicy.name === 'on-failure' && restartPolicy.most > 0 && restarts >= restartPolicy.most;
  if (restartPolicy.name === 'on-failure' && !givenUp) return 'stopped';
  return byHand || (exitCode === terminated && !oomKilled) ? 'stopped' : 'failed';
}
