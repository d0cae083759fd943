import { defineCheck, type Verdict } from '../core/check.ts';
import { nearest } from '../core/text.ts';
import type { Stack } from '../core/stack.ts';
import type { StackFile } from '../probes/stack-file.ts';
import type { StackMember, StackMembers } from '../probes/stack-members.ts';
import { isUp } from '../probes/stack-members.ts';
import {
  activeProfiles,
  compose,
  hardwareProfiles,
  isInit,
  needFile,
  needMembers,
  profilesOf,
  stackNode,
  type ActiveProfile,
  type Declared,
} from './stack-view.ts';

/** Compose itself says nothing of two profiles at once: both variants start, and share one volume and one name. */
export const stackProfile = defineCheck({
  name: 'stack.profile',
  summary: 'Exactly one hardware profile of the compose stack runs, and it is the one that is meant',
  layer: 'container',
  rule: 'Critical when the file is missing or no compose file, the engine does not run, no profile or more than one is active, or another than `profile`; degraded when a service of the active one does not run; unknown when the file or the engine can not be read.',
  unseen: 'Stacks of the same file under another project, and what else a profile is for.',
  subjects: stackNode,
  needs: (stack, node) => ({ file: needFile(stack, node), members: needMembers(stack, node) }),
  evaluate({ file, members }, stack): Verdict {
    if (!file.read) return unreadable(file, stack);
    if (!members.reachable) return unanswered(members);
    const known = hardwareProfiles(file, stack);
    const { profile: meant } = stack;
    if (meant !== undefined && !file.services.some((each) => profilesOf(each, stack).includes(meant)))
      return unknownProfile(meant, [...known.keys()], stack);
    if (known.size === 0) return { status: 'not_applicable', summary: `${stack.file} has no hardware profiles.` };
    const active = activeProfiles(file, stack, members.members);
    const [first, ...others] = active;
    if (first === undefined) return none(stack, [...known.keys()], members.members);
    if (others.length > 0) return mixed(active, stack);
    if (meant !== undefined && first.profile !== meant) return another(first, meant, stack);
    return whole(first, file, stack, members.members);
  },
});

const critical = (summary: string, ...says: readonly string[]): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'no',
  next: says.map((say) => ({ say })),
});

function unreadable({ missing, why }: StackFile & { read: false }, { file }: Stack): Verdict {
  if (missing)
    return critical(
      `The compose file ${file} is missing.`,
      'Put it back from its repository, or declare where it lies.',
    );
  if (!/\(E[A-Z]+\)$/.test(why))
    return critical(
      `${file} is no compose file that can be read: ${why}.`,
      `Mend it: docker compose -f ${file} config says what is wrong.`,
    );
  return {
    status: 'unknown',
    summary: `What the stack consists of is not known: ${file} can not be read: ${why}.`,
    next: [{ say: 'Declare `become: sudo` for the node, or log in as a user who may read it.' }],
  };
}

function unanswered({ reason, say }: StackMembers & { reachable: false }): Verdict {
  if (reason === 'absent' || reason === 'stopped' || reason === 'stale')
    return critical(
      `The container engine does not run: ${say}. Nothing of the stack can.`,
      'See why dockerd does not run (journalctl -u docker), then start it.',
    );
  return {
    status: 'unknown',
    summary: `What runs of the stack is not known: ${say}.`,
    ...(reason === 'denied' && {
      next: [{ say: 'Declare `become: sudo` for the node: a group that may speak to the engine is as good as root.' }],
    }),
  };
}

function unknownProfile(meant: string, known: readonly string[], { file }: Stack): Verdict {
  const like = nearest(meant, known);
  return critical(
    `No service of ${file} has the profile ${meant}${known.length === 0 ? '' : `; it has ${known.join(', ')}`}.`,
    `Give --profile and the fleet file a profile that the file has${like === undefined ? '' : `: ${like} may be meant`}.`,
  );
}

function none(stack: Stack, known: readonly string[], members: readonly StackMember[]): Verdict {
  const ended = members.filter((member) => !isUp(member));
  const said = ended.map(({ service, error }) => (error === '' ? service : `${service}: ${error.slice(0, 200)}`));
  const why =
    ended.length === 0
      ? 'no container of it was ever made, or all were removed'
      : `only ended containers are left (${said.join('; ')})`;
  return critical(
    `No hardware profile of the stack is active: ${why}. Without --profile compose starts nothing that has one.`,
    `Start the one that fits this machine: ${compose(stack, stack.profile ?? `<${known.join('|')}>`, 'up -d')}`,
  );
}

function mixed(active: readonly ActiveProfile[], stack: Stack): Verdict {
  const said = active.map(({ profile, services }) => `${profile} (${services.join(', ')})`);
  const kept = stack.profile ?? active.find(({ hardware }) => hardware !== 'cpu')?.profile ?? active[0]?.profile ?? '';
  const stray = active.filter(({ profile }) => profile !== kept).flatMap(({ services }) => services);
  return critical(
    `${active.length} hardware profiles are active at once: ${said.join(' and ')}. Their variants share volumes, names and ports.`,
    `Keep ${kept} and stop the others: docker compose -f ${stack.file} rm --stop --force ${stray.join(' ')}`,
  );
}

const another = ({ profile, services }: ActiveProfile, meant: string, stack: Stack): Verdict =>
  critical(
    `The profile ${profile} is active (${services.join(', ')}), and ${meant} is meant.`,
    `Stop it and start the other one: ${compose(stack, profile, `rm --stop --force ${services.join(' ')}`)}, then ${compose(stack, meant, 'up -d')}`,
  );

function whole({ profile }: ActiveProfile, file: Declared, stack: Stack, members: readonly StackMember[]): Verdict {
  const up = new Set(members.filter(isUp).map(({ service }) => service));
  const wanted = file.services.filter(
    (each) => profilesOf(each, stack).includes(profile) && !isInit(each, file, stack),
  );
  const down = wanted.filter(({ name }) => !up.has(name)).map(({ name }) => name);
  if (down.length === 0)
    return {
      status: 'ok',
      summary: `The profile ${profile} is active, alone and whole (${wanted.map(({ name }) => name).join(', ')}).`,
    };
  return {
    status: 'degraded',
    summary: `The profile ${profile} is active, but of it ${down.join(', ')} does not run.`,
    restartHelps: 'no',
    next: [
      { say: `See why it ended (docker logs), then start it: ${compose(stack, profile, `up -d ${down.join(' ')}`)}` },
    ],
  };
}
