import { defineCheck, need, theNode, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { load } from '../probes/load.ts';
import { pressure } from '../probes/pressure.ts';

/** In a container too these are the figures of the whole machine. Sources: gpud (CPU load), psi.rst of Linux. */
export const nodeLoad = defineCheck({
  name: 'node.load',
  summary: 'CPUs and storage of the machine keep up with its tasks',
  layer: 'boot',
  rule: 'Degraded from `loadPerCpu` tasks for each CPU (gpud), or when nothing ran for want of storage in more than `ioPressurePercent` of the last minute; unknown when the CPUs can not be counted. Never critical.',
  unseen:
    'Which process it is; and in a container its own limit of CPU, for the figures are those of the whole machine.',
  subjects: theNode,
  needs: () => ({ load: need(load, {}), pressure: need(pressure, {}) }),
  evaluate(
    { load: { minute, cpus }, pressure: { io, cpu } },
    { thresholds: { loadPerCpu, ioPressurePercent } },
  ): Verdict {
    const said = `Load ${minute.toFixed(1)}${cpus === null ? '' : ` on ${count(cpus, 'CPU')}`}`;
    if (io?.full != null && io.full > ioPressurePercent) {
      return {
        status: 'degraded',
        summary: `${said}; in ${io.full.toFixed(0)} % of the last minute nothing on the machine ran for want of storage, more than ${ioPressurePercent} %.`,
        next: [
          { say: 'See which process reads or writes so much, a download or a model load perhaps, and let it end.' },
        ],
      };
    }
    if (cpus === null) return { status: 'unknown', summary: `${said}; how many CPUs the machine has is not known.` };
    if (minute < loadPerCpu * cpus) return { status: 'ok', summary: `${said}.` };
    // Tasks that are stuck in the kernel count as load and need no CPU.
    const idle = cpu !== null && cpu.some < 10;
    return {
      status: 'degraded',
      summary: `${said}, ${loadPerCpu} or more tasks for each${idle ? ', although they hardly wait for CPU: they are stuck or wait for storage' : ''}.`,
      next: [
        idle
          ? { say: 'See node.stuck for what the tasks wait for.' }
          : { say: 'See which processes use the CPUs; lower the worker or thread counts before restarting anything.' },
      ],
    };
  },
});
