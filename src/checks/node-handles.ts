import { defineCheck, need, theNode, type Verdict } from '../core/check.ts';
import { containerLimits } from '../probes/container-limits.ts';
import { handles } from '../probes/handles.ts';
import { load } from '../probes/load.ts';

interface Use {
  readonly what: string;
  readonly used: number;
  readonly limit: number;
  readonly end: string;
}

/** Thresholds: 80 and 95 % (gpud). */
export const nodeHandles = defineCheck({
  name: 'node.handles',
  summary: 'The machine and the container may still open files and start tasks',
  layer: 'boot',
  rule: 'Degraded from `handlesDegradedPercent` of the open files or tasks that the machine allows, or of the tasks that its container allows, critical from `handlesCriticalPercent`. Source: gpud.',
  unseen:
    'Limits of one process (service.limits judges those of services), of one user, and of units below the container.',
  subjects: theNode,
  needs: () => ({ handles: need(handles, {}), limits: need(containerLimits, {}), load: need(load, {}) }),
  evaluate({ handles: { openFiles, mostFiles, mostTasks }, limits: { tasks }, load: { tasks: all } }, { thresholds }) {
    const uses: readonly Use[] = [
      ...(mostFiles === null
        ? []
        : [
            {
              what: 'open files of the machine',
              used: openFiles,
              limit: mostFiles,
              end: 'no program can open a file',
            },
          ]),
      ...(mostTasks === null
        ? []
        : [{ what: 'tasks of the machine', used: all, limit: mostTasks, end: 'no program or thread can be started' }]),
      ...(tasks === null
        ? []
        : [
            {
              what: 'tasks of the container',
              used: tasks.used,
              limit: tasks.limit,
              end: 'nothing in it can be started',
            },
          ]),
    ];
    const { handlesDegradedPercent, handlesCriticalPercent } = thresholds;
    const verdicts = uses.flatMap(({ what, used, limit, end }): readonly Verdict[] => {
      const percent = limit === 0 ? 100 : (100 * used) / limit;
      const over = [handlesCriticalPercent, handlesDegradedPercent].find((each) => percent >= each);
      if (over === undefined) return [];
      return [
        {
          status: over === handlesCriticalPercent ? 'critical' : 'degraded',
          summary: `${used} of ${limit} ${what} (${Math.floor(percent)} %, limit ${over} %): at 100 % ${end}.`,
          next: [{ say: 'Find the process that holds most of them, it leaks; restart that one service.' }],
        },
      ];
    });
    if (verdicts.length > 0) return verdicts;
    const said = uses.map(({ what, used, limit }) => `${used} of ${limit} ${what}`).join(', ');
    return { status: 'ok', summary: said === '' ? 'The machine sets no limit to open files and tasks.' : `${said}.` };
  },
});
