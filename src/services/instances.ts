import type { ServiceState, StateWord } from '../core/service-manager.ts';

const badness: readonly StateWord[] = [
  'running',
  'starting',
  'stopping',
  'finished',
  'stopped',
  'unknown',
  'crashing',
  'failed',
  'missing',
];

/** Instances of one name as one service: as bad as its worst, as young as its youngest. */
export function together(states: readonly ServiceState[]): readonly ServiceState[] {
  const names = [...new Set(states.map(({ unit }) => unit))];
  return names.flatMap((name) => {
    const all = states.filter(({ unit }) => unit === name);
    const [worst] = all.toSorted((a, b) => badness.indexOf(b.state) - badness.indexOf(a.state));
    return worst === undefined || all.length === 1 ? all : [cluster(worst, all)];
  });
}

function cluster(worst: ServiceState, all: readonly ServiceState[]): ServiceState {
  const alike = all.filter(({ said }) => said === worst.said).length;
  const publishes = all.flatMap((state) => state.publishes ?? []);
  const uptimes = all.flatMap(({ uptimeSeconds }) => uptimeSeconds ?? []);
  return {
    ...worst,
    said: `${worst.said} (${alike} of ${all.length} instances)`,
    pid: null,
    pids: all.flatMap(({ pid }) => pid ?? []),
    uptimeSeconds: worst.uptimeSeconds === null ? null : Math.min(...uptimes),
    restarts: all.reduce((sum, { restarts }) => sum + (restarts ?? 0), 0),
    logs: [...new Set(all.flatMap(({ logs }) => logs))],
    ...(publishes.length > 0 && { publishes }),
  };
}
