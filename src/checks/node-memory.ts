import { defineCheck, need, theNode, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import { containerLimits, type ContainerLimits } from '../probes/container-limits.ts';
import { memory, type Memory } from '../probes/memory.ts';
import { pressure } from '../probes/pressure.ts';

const mebibyte = 1024 ** 2;

/** Thresholds: gpud (100 MiB), convention (10 %). The cache of files does not count as used: it gives way. */
export const nodeMemory = defineCheck({
  name: 'node.memory',
  summary: 'Memory is left for the services, on the host and within the limit of the container',
  layer: 'boot',
  rule: 'Degraded below `memoryDegradedPercent` available on the machine or in its container, or when nothing ran for want of memory in more than `memoryPressurePercent` of the last minute; critical below `memoryCriticalMiB` (gpud).',
  unseen: 'Swap, and limits of units and slices below the container.',
  subjects: theNode,
  needs: () => ({
    memory: need(memory, {}),
    limits: need(containerLimits, {}),
    pressure: need(pressure, {}),
  }),
  evaluate({ memory: host, limits, pressure: { memory: stall } }, { thresholds }): Verdict {
    const { memoryCriticalMiB, memoryDegradedPercent, memoryPressurePercent } = thresholds;
    // The tightest first: a container can be full on an empty host.
    const rooms = [inHost(host), ...inContainer(limits.memory, host)].toSorted((a, b) => a.percent - b.percent);
    const [tightest = inHost(host)] = rooms;
    const left = rooms.map(({ says }) => says).join('; ');
    if (tightest.availableBytes < memoryCriticalMiB * mebibyte) {
      return { status: 'critical', summary: `${left}: below ${memoryCriticalMiB} MiB.`, next: [tightest.next] };
    }
    if (tightest.percent < memoryDegradedPercent) {
      return { status: 'degraded', summary: `${left}: below ${memoryDegradedPercent} %.`, next: [tightest.next] };
    }
    if (stall?.full != null && stall.full > memoryPressurePercent) {
      return {
        status: 'degraded',
        summary: `${left}, but in ${stall.full.toFixed(0)} % of the last minute nothing on the machine ran for want of memory, more than ${memoryPressurePercent} %.`,
        next: [lower],
      };
    }
    return { status: 'ok', summary: `${left}.` };
  },
});

const lower = {
  say: 'See which process holds the memory; lower context, batch or parallel of the model servers before restarting anything.',
};
const raise = {
  say: 'Lower context, batch or parallel of the model servers in this container, or give it more memory; the host would have some.',
};

function inHost({ totalBytes, availableBytes }: Memory) {
  const percent = (100 * availableBytes) / totalBytes;
  const says = `${bytesText(availableBytes)} of ${bytesText(totalBytes)} memory available (${percent.toFixed(0)} %)`;
  return { percent, availableBytes, says, next: lower };
}

function inContainer(limits: ContainerLimits['memory'], host: Memory) {
  if (limits === null || limits.limitBytes >= host.totalBytes) return [];
  const { limitBytes, usedBytes, cacheBytes } = limits;
  const availableBytes = Math.max(0, limitBytes - Math.max(0, usedBytes - cacheBytes));
  const percent = (100 * availableBytes) / limitBytes;
  const says = `${bytesText(availableBytes)} of the ${bytesText(limitBytes)} that the container may have available (${percent.toFixed(0)} %)`;
  return [{ percent, availableBytes, says, next: raise }];
}
