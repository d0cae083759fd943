import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import { unitOf } from '../core/service.ts';
import { modelView, type ModelView } from '../probes/model-view.ts';
import { managerOf } from './managed.ts';
import { modelInput } from './model-input.ts';

/** "The file exists" and "the service does not find it" are both true where their views of the mounts differ. */
export const modelVisible = defineCheck({
  name: 'model.visible',
  summary: 'A running service sees the file of its model as the node does',
  layer: 'model',
  rule: 'Critical when the process of a service does not see the file, or sees one of another size; degraded when only the time of change differs or the node lacks it; unknown where a link leaves that open.',
  unseen: 'Processes that the login user may not look into: it is ok then, and says so.',
  subjects: (node) => models(node).filter(({ value }) => value.service.manager !== 'none'),
  needs(subject, node) {
    const { service } = subject;
    const { manager, place, units } = managerOf(service, node);
    const view = { ...modelInput(subject), states: { manager, place, units }, unit: unitOf(service) };
    return { view: need(modelView, view) };
  },
  evaluate({ view }, { service, model: { path } }): readonly Verdict[] {
    const { name } = service;
    switch (view.state) {
      // That nothing runs is told by service.running.
      case 'none':
        return [];
      case 'closed':
        return [
          {
            status: 'ok',
            summary: `${path} is judged as the login user sees it; the mounts that ${name} sees may not be looked at.`,
          },
        ];
      case 'same':
        return [{ status: 'ok', summary: `${name} sees ${path} on the same mounts as the node.` }];
      default:
        return [apart(path, name, view)];
    }
  },
});

function apart(
  path: string,
  name: string,
  { pid, here, there, linked }: Extract<ModelView, { state: 'apart' }>,
): Verdict {
  const inside = `${name} (pid ${pid}) has mounts of its own`;
  if ('errno' in here && 'errno' in there) return { status: 'not_applicable', summary: `${path} is in neither view.` };
  if ('errno' in here && !('errno' in there)) {
    return {
      status: 'degraded',
      summary: `${inside} and sees ${path} (${bytesText(there.size)}), which the node does not (${here.errno}).`,
      next: [{ say: 'Declare the path of the model as the node sees it, not as it is inside the container.' }],
    };
  }
  if ('errno' in there) {
    const summary = `${path} is there, but ${inside} and does not see it (${there.errno}).`;
    if (linked) return { status: 'unknown', summary: `${summary.slice(0, -1)}; as it is a link, that is not proven.` };
    return {
      status: 'critical',
      summary,
      restartHelps: 'maybe',
      next: [
        {
          say: `If its volume was mounted after ${name} started, restart it; else see the volumes of its container, or ProtectHome, PrivateTmp and InaccessiblePaths of its unit.`,
        },
      ],
    };
  }
  if (!('errno' in here) && (here.size !== there.size || here.mtimeMs !== there.mtimeMs)) {
    const differs =
      here.size === there.size ? 'with another time of change' : `with ${there.size} bytes, not ${here.size}`;
    return {
      status: here.size === there.size ? 'degraded' : 'critical',
      summary: `${inside} and sees another file at ${path}, ${differs}.`,
      restartHelps: 'maybe',
      next: [
        { say: `See which volume ${name} has at that path; a restart takes up a file or a mount that was replaced.` },
      ],
    };
  }
  return { status: 'ok', summary: `${inside} and sees ${path} as the node does.` };
}
