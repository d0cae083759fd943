import { defineCheck, services, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { logBytes } from '../core/service-manager.ts';
import { comfyuiImports } from './comfyui-imports.ts';
import { lastRuns, logNeeds } from './log-needs.ts';
import { isReady } from './log-runs.ts';
import { readLog } from './read-log.ts';

/** ComfyUI starts without the nodes that it can't import, and every workflow that needs one of them is refused. */
export const comfyuiNodes = defineCheck({
  name: 'comfyui.nodes',
  summary: 'A ComfyUI imported all of its nodes when it was last started',
  layer: 'inference',
  rule: 'Degraded when its log says IMPORT FAILED of a custom node since the last start; nodes that come with ComfyUI are named and not counted; unknown when its log can not be read; no judgement where its last start stands before the end that is read.',
  unseen: 'Nodes that import and then fail when they are used, and what was logged nowhere.',
  subjects: services(({ kind, manager, logs }) => kind === 'comfyui' && (manager !== 'none' || logs.length > 0)),
  needs: logNeeds,
  evaluate(facts, service, node): Verdict {
    const { name } = service;
    const next = [readLog(node, service)];
    const troubles = facts.logs.flatMap(({ source, trouble }) =>
      trouble === undefined ? [] : [`${source}: ${trouble}`],
    );
    const lines = lastRuns(facts, service).flatMap((run) => run.lines);
    const { failed, own, reasons, isTold, imported } = comfyuiImports(lines);
    const beside =
      own.length === 0 ? '' : ` Of its own, ${own.join(', ')} could not be imported: what they do is missing.`;
    if (failed.length > 0) {
      const why = reasons.length === 0 ? '' : ` (${reasons.slice(0, 2).join('; ')})`;
      const say =
        'Install what these nodes need into the environment of this ComfyUI, then restart it; workflows that use them are refused until then.';
      return {
        status: 'degraded',
        summary: `${name}: ${count(failed.length, 'custom node')} of ${failed.length + imported} could not be imported: ${failed.join(', ')}${why}.${beside}`,
        restartHelps: 'after-fix',
        next: [{ say }, ...next],
      };
    }
    if (isTold)
      return { status: 'ok', summary: `${name}: ${count(imported, 'custom node')} imported, none failed.${beside}` };
    if (lines.some(isReady) && facts.logs.every(({ skippedBytes }) => skippedBytes === 0))
      return { status: 'ok', summary: `${name} was started without custom nodes.${beside}` };
    if (facts.logs.length === 0)
      return { status: 'not_applicable', summary: `${name}: no log of it is known; declare its logs.` };
    const asks = `${name}: whether its custom nodes were imported is not known`;
    if (troubles.length > 0)
      return { status: 'unknown', summary: `${asks}: its log can not be read (${troubles.join('; ')}).`, next };
    const why = facts.logs.some(({ skippedBytes }) => skippedBytes > 0)
      ? `its last start stands before the last ${logBytes / 1024} KiB of its log`
      : 'its log does not show that it has imported them yet';
    return { status: 'not_applicable', summary: `${asks}: ${why}.` };
  },
});
