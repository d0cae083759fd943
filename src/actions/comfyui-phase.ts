import { z } from 'zod';
import { installedComfyui, type InstalledComfyui } from '../checks/comfyui-of.ts';
import { nextPhase, phaseText } from '../checks/comfyui-release.ts';
import { order, type Change, type Done, type Order, type Plan, type Proof } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import { space } from '../core/command.ts';
import { phases, type Phase } from '../core/comfyui-install.ts';
import { bytesText, durationText } from '../core/format.ts';
import type { Json } from '../core/json.ts';
import type { Node } from '../core/node.ts';
import { ask, recent, type Asking } from '../core/probe.ts';
import { comfyuiLinks } from '../probes/comfyui-links.ts';
import { comfyuiRelease } from '../probes/comfyui-release.ts';
import { anew } from '../probes/log-files.ts';
import { ended } from './ended.ts';
import { fileMarks, fileMarkSchema } from './file-marks.ts';
import { refused, type Refused } from './refused.ts';

/** All is in the fleet file: what is approved is shown in full. */
export const noArgs = z.strictObject({});
export const noGuards = () => ({ checks: [], services: [] });
/** What a phase left behind is looked at; whether ComfyUI runs with it is what the validation tells. */
export const phaseProof: Proof = { checks: [], services: [], quietSeconds: 0, withinSeconds: 10 };

export interface PhaseNow extends InstalledComfyui {
  readonly inUse: boolean;
  /** What comes next for the release; undefined: all is done. */
  readonly next: Phase | undefined;
}

/** How far the declared release is. */
export function* releaseNow(node: Node): Asking<PhaseNow | Refused> {
  const declared = installedComfyui(node);
  if (declared === undefined)
    return refused(`${node.name} declares no comfyui.install.`, {
      say: 'Declare in the fleet file what is to be installed.',
    });
  const { path, release, install, become } = declared;
  const made = yield* recent(comfyuiRelease.steps({ path, release: release.path, become }), anew);
  const links = Object.keys(install.links);
  const folders = yield* recent(comfyuiLinks.steps({ root: release.path, outside: [], links, become }), anew);
  if (made.trouble !== null)
    return refused(`${release.path} can not be looked into: ${made.trouble.message} (${made.trouble.errno}).`);
  return { ...declared, inUse: made.link === release.path, next: nextPhase(made, folders, declared) };
}

/** The release where a phase is the next, and has the room for it. */
export function* phaseNow(node: Node, phase: Phase, share = 0): Asking<PhaseNow | Refused> {
  const now = yield* releaseNow(node);
  if ('can' in now) return now;
  const isDone = now.next === undefined || phases.indexOf(now.next) > phases.indexOf(phase);
  if (isDone) return refused(`This is done already for the release ${now.release.name}.`);
  if (now.next !== phase)
    return refused(
      `This is not the turn of it: the release ${now.release.name} is not ready, ${phaseText[now.next ?? phase]}.`,
    );
  return (yield* noRoom(now, share)) ?? now;
}

/** Why a phase that may take a share of the declared room has none. */
export function* noRoom({ path, install, become }: InstalledComfyui, share: number): Asking<Refused | undefined> {
  const wanted = install.roomMiB * share * 1_048_576;
  if (wanted === 0) return undefined;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const found = yield* ask(space(folder, { become, freshMs: anew }));
  if (!found.ok)
    return refused(`Whether there is room in ${folder} could not be told: ${found.message} (${found.errno}).`);
  if (found.freeBytes >= wanted) return undefined;
  return refused(`${folder} has ${bytesText(found.freeBytes)} free, and ${bytesText(wanted)} are declared as wanted.`, {
    say: 'Make room there first, or remove a former release.',
  });
}

const worldSchema = z.object({ words: z.array(z.string()), become: z.enum(['sudo']).nullable(), seconds: z.number() });

interface Planned {
  readonly phase: Phase;
  readonly what: string;
  readonly proves: readonly string[];
  readonly drops?: readonly string[];
  readonly words: readonly string[];
  readonly seconds?: number;
  /** By which it shows that it was done; that of the phase when left out. */
  readonly stamps?: readonly string[];
  readonly undo?: Change['undo'];
}

/** A phase as a change: its words are what is approved. */
export function* phaseChange(now: PhaseNow, planned: Planned): Asking<Plan> {
  const { install, release, become } = now;
  const { phase, words, what, proves, drops = [], stamps = [phase] } = planned;
  const seconds = planned.seconds ?? install.seconds;
  const paths = stamps.map((stamp) => `${release.stamps}/${stamp}`);
  return {
    can: true,
    subject: `comfyui:${release.name}`,
    risk: 'approve',
    what,
    drops: [
      now.inUse
        ? `The release ${release.name} is in use: what runs takes this up when it is started anew.`
        : 'Nothing that runs: it is made beside the release in use.',
      ...drops,
      `It takes up to ${durationText(seconds)}, then it is ended; cut off or ended, it is begun anew.`,
    ],
    proves,
    undo:
      planned.undo !== undefined
        ? planned.undo
        : now.inUse
          ? null
          : {
              action: 'comfyui.discard',
              args: { release: release.name, from: phase },
              what: undoText(release.name, phase),
            },
    world: { words, become: become ?? null, seconds },
    before: { paths, become: become ?? null, marks: yield* fileMarks(paths, become) },
  };
}

const undoText = (name: string, phase: Phase): string =>
  phase === 'fetch'
    ? `Remove the release ${name}.`
    : `Remove from the release ${name} what was made since its ${phase}.`;

/** Runs what was approved by a constant script; without a terminal, git asks nobody for a password. */
export function phaseOrder({ world }: Change, script: string): Order {
  const { words, become, seconds } = worldSchema.parse(world);
  const quiet = ['GIT_TERMINAL_PROMPT=0', 'GIT_SSH_COMMAND=ssh -oBatchMode=yes', 'PYTHONDONTWRITEBYTECODE=1'] as const;
  const command = alterByRun(['env', ...quiet, 'sh', '-c', script, 'rackhand', ...words], {
    become: become ?? undefined,
    deadlineMs: seconds * 1_000,
    bytes: 65_536,
  });
  return order(command, (reply) => ended(reply, sentences));
}

const sentences: Readonly<Record<number, string>> = {
  65: 'It was not done: it is no longer as this was planned.',
  66: 'It was not done: what is declared is not there.',
  70: 'ComfyUI did not stand the test. What is in use was not touched.',
  73: 'There is no room left. What is in use was not touched, and it can be done again.',
  74: 'It did not work. What is in use was not touched, and it can be done again.',
  77: 'It was not done: the login user may not.',
};

const beforeSchema = z.object({
  paths: z.array(z.string()),
  become: z.enum(['sudo']).nullable(),
  marks: z.array(fileMarkSchema),
});

/** Whether a phase has written down that it was done, since it was planned. */
export function* phaseDone(before: Json): Asking<Done> {
  const { paths, become, marks } = beforeSchema.parse(before);
  const now = yield* fileMarks(paths, become ?? undefined);
  const open = paths.find(
    (_, index) => now[index] === null || JSON.stringify(now[index]) === JSON.stringify(marks[index]),
  );
  if (open !== undefined) return { is: 'not_done', say: `It has not come to its end: ${open} is not written.` };
  return { is: 'done', mark: JSON.stringify(now) };
}
