import { defineCheck, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Stack } from '../core/stack.ts';
import type { StackMount } from '../probes/stack-service.ts';
import { isUp, type StackMember } from '../probes/stack-members.ts';
import { compose, engineUnknown, fileUnknown, needFile, needMembers, stackNode, type Declared } from './stack-view.ts';

/** A container keeps the mounts that it was created with, whatever the file says since: only creating it anew takes it up. */
export const stackMounts = defineCheck({
  name: 'stack.mounts',
  summary: 'Running containers of the stack have the volumes and folders that the compose file declares',
  layer: 'container',
  rule: 'Critical when a running container has something else mounted than its service declares, or nothing; degraded when only the right to write there differs.',
  unseen:
    'Mounts of other files that a container was made from, and sources that a home or an unknown variable leads to.',
  subjects: stackNode,
  needs: (stack, node) => ({ file: needFile(stack, node), members: needMembers(stack, node) }),
  evaluate({ file, members }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    if (!members.reachable) return [engineUnknown(members)];
    const up = members.members.filter(isUp);
    const judged = up.flatMap((member) => {
      const service = file.services.find(({ name }) => name === member.service);
      return service === undefined ? [] : [{ member, mounts: service.mounts.filter(isTold) }];
    });
    const trouble = judged.flatMap(({ member, mounts }) =>
      mounts.flatMap((mount) => verdictOn(mount, member, file, stack) ?? []),
    );
    if (trouble.length > 0) return trouble;
    const many = judged.reduce((sum, { mounts }) => sum + mounts.length, 0);
    if (many === 0)
      return [{ status: 'not_applicable', summary: 'No running container of the stack declares a mount.' }];
    return [
      {
        status: 'ok',
        summary: `${count(many, 'mount')} of ${count(judged.length, 'running container')}, each as declared.`,
      },
    ];
  },
});

/** A volume without a name has another one each time. */
const isTold = ({ type, source }: StackMount): boolean =>
  (type === 'bind' || type === 'volume') && source !== null && source !== '' && !source.startsWith('~');

function verdictOn(mount: StackMount, member: StackMember, file: Declared, stack: Stack): Verdict | undefined {
  const { service } = member;
  const target = mount.target.replace(/(?<=.)\/$/, '');
  const has = member.mounts.find(({ destination }) => destination.replace(/(?<=.)\/$/, '') === target);
  const wanted = mount.type === 'bind' ? (mount.source ?? '') : volumeName(mount.source ?? '', file, member.project);
  const subject = `container:${service}`;
  const next = [
    {
      say: `See which of the two is meant, then create the container anew: ${compose(stack, null, `up -d --force-recreate --no-deps ${service}`)}`,
    },
  ];
  const others = member.files.filter((path) => path !== stack.file);
  if (has === undefined || (mount.type === 'bind' ? has.source : has.name) !== wanted) {
    const instead =
      has === undefined
        ? 'nothing is mounted there'
        : `it has ${has.type === 'bind' ? has.source : (has.name ?? has.source)}`;
    const summary = `${service} is to have ${wanted} at ${target}, and ${instead}: what it writes there goes elsewhere.`;
    if (others.length > 0 || file.more)
      return {
        status: 'unknown',
        subject,
        summary: `${summary} It was made from other files too, which may say so.`,
        next,
      };
    return { status: 'critical', subject, summary, restartHelps: 'no', next };
  }
  if (has.writable === !mount.readOnly) return undefined;
  const summary = `${service} ${has.writable ? 'may write to' : 'may only read'} ${target}, and the file says otherwise.`;
  return { status: 'degraded', subject, summary, restartHelps: 'no', next };
}

/** Compose puts the name of the project before a volume that is its own. */
function volumeName(key: string, { volumes }: Declared, project: string): string {
  const volume = volumes.find((each) => each.key === key);
  return volume?.name ?? (volume?.external === true ? key : `${project}_${key}`);
}
