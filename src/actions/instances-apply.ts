import { z } from 'zod';
import { defineAction, type Plan } from '../core/action.ts';
import { count } from '../core/format.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { known, recent, type Asking } from '../core/probe.ts';
import type { Finding } from '../core/report.ts';
import { sha256 } from '../core/sha256.ts';
import { instanceDifferences } from '../checks/instance-differences.ts';
import { instanceInput } from '../checks/instance-input.ts';
import { servicePorts } from '../checks/service-ports.ts';
import { instanceSet, type InstanceSet } from '../probes/instance-set.ts';
import { anew } from '../probes/log-files.ts';
import { launchesOf, type Launches } from '../services/instance-launch.ts';
import { pm2Ecosystem } from '../services/pm2-ecosystem.ts';
import { supervisorSections } from '../services/supervisor-sections.ts';
import { systemdUnits } from '../services/systemd-units.ts';
import { fileNow } from './file-now.ts';
import { instancesChange } from './instances-change.ts';
import { entriesOf } from './instance-entries.ts';
import { inTheWayOf } from './instances-refused.ts';
import { judgeStarts, startUps } from './instance-starts.ts';
import { fileOf, loaded, loading, loadingProof, type Loading } from './loading.ts';
import { managerPlace } from './manager-place.ts';
import { refused, type Refused } from './refused.ts';
import { textDiff } from './text-diff.ts';

/** Brings the manager of the ComfyUI instances to what the fleet file declares, and touches no other of its services. */
export const instancesApply = defineAction({
  name: 'instances.apply',
  summary:
    'Has the service manager run the ComfyUI instances that the node declares, and starts only those that differ',
  args: z.strictObject({}),
  guards: (_, node) => ({ checks: [servicePorts], services: launchesOf(node)?.all.map(({ name }) => name) ?? [] }),
  plan: (_, node, findings) => plan(node, findings),
  order(_, node, { before }) {
    const launches = launchesOf(node);
    const text = launches === undefined ? undefined : textOf(launches);
    // Whatever it is: where it is not what was planned, the node refuses it by its sum.
    return known(loading(before, node.become, { text: typeof text === 'string' ? text : '' }));
  },
  done: (_, node, before) => loaded(node, before),
  proof: (_, node) => loadingProof(node),
  gauge: { measure: (_, node) => startUps(node), judge: judgeStarts },
});

/** Several files of root's, whose change takes a reload of systemd itself: a person has them written. */
function byHand(launches: Launches): Refused {
  const units = Object.entries(systemdUnits(launches));
  const enable = `systemctl enable --now ${units.map(([name]) => name).join(' ')}`;
  return refused(
    'The units of systemd are for a person to write.',
    ...units.map(([name, text]) => ({ say: `Write /etc/systemd/system/${name}:\n${text}` })),
    { say: `Then run systemctl daemon-reload, and ${enable}.` },
  );
}

function textOf(launches: Launches): string | Refused {
  try {
    return launches.declared.manager === 'supervisor' ? supervisorSections(launches) : pm2Ecosystem(launches);
  } catch (thrown) {
    const { code, message } = opsError(thrown);
    if (code !== 'USAGE') throw thrown;
    return refused(message);
  }
}

function* plan(node: Node, findings: readonly Finding[]): Asking<Plan> {
  const launches = launchesOf(node);
  const input = instanceInput(node);
  if (launches === undefined || input === undefined) return refused(`${node.name} declares no comfyui.instances.`);
  if (launches.declared.manager === 'systemd') return byHand(launches);
  const file = fileOf(node);
  const place = yield* managerPlace(input, file);
  if (!place.can) return place;
  const text = textOf(launches);
  if (typeof text !== 'string') return text;
  const now = yield* fileNow(file, node.become);
  if (!now.can) return now;
  const asked = yield* recent(instanceSet.steps(input), anew);
  // There is nothing yet: the first instances bring their daemon with them.
  const set: InstanceSet =
    !asked.reachable && asked.reason === 'absent' && place.program === ''
      ? { reachable: true, found: [], strays: asked.strays }
      : asked;
  if (!set.reachable) return refused(`${place.manager} can not be asked: ${set.say}.`);
  const to = sha256(new TextEncoder().encode(text));
  const was = entriesOf(place.manager, now.text);
  const will = entriesOf(place.manager, text);
  const only = launches.all.filter((launch) => {
    const same = set.found.filter(({ name }) => name === launch.name);
    const [first] = same;
    if (first === undefined || same.length > 1 || first.pid === null) return true;
    if (instanceDifferences(launch, first, launches.declared).length > 0) return true;
    // supervisord goes by its file and tells less of itself.
    return place.manager === 'supervisor' && was.get(launch.name) !== will.get(launch.name);
  });
  const names = only.map(({ name }) => name);
  const there = set.found.map(({ name }) => name);
  // Two of one name are ended, and one is started.
  const gone = [...new Set(there)].filter(
    (name) => !launches.all.some((each) => each.name === name) || there.filter((one) => one === name).length > 1,
  );
  if (only.length === 0 && gone.length === 0 && now.sha === to)
    return refused(
      `${count(launches.all.length, 'instance')} of ${node.name} run as declared: there is nothing to do.`,
    );
  const against = inTheWayOf({
    node,
    only,
    touched: [...names, ...gone],
    set,
    findings,
    cpuOnly: launches.declared.cpuOnly,
  });
  if (against !== undefined) return against;
  const { can: _, ...told } = place;
  const before: Loading = {
    ...told,
    file,
    sha: now.sha,
    to,
    only: names,
    gone,
    pids: pidsOf(set, [...names, ...gone]),
  };
  const foreign = set.found.filter(({ name }) => [...names, ...gone].includes(name) && !was.has(name));
  return {
    can: true,
    ...instancesChange(
      before,
      foreign.map(({ name }) => name),
    ),
    diff: textDiff(file, now.text ?? '', text),
  };
}

const pidsOf = ({ found }: Extract<InstanceSet, { reachable: true }>, names: readonly string[]) =>
  Object.fromEntries(found.flatMap(({ name, pid }) => (pid !== null && names.includes(name) ? [[name, pid]] : [])));
