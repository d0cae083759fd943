import { z } from 'zod';
import { modelChecks, ofModel } from '../checks/model-checks.ts';
import { captured } from '../core/capture.ts';
import { defineAction } from '../core/action.ts';
import { run, stat } from '../core/command.ts';
import { bytesText } from '../core/format.ts';
import { askAll, inStep, known, type Asking } from '../core/probe.ts';
import type { Finding } from '../core/report.ts';
import { anew } from '../probes/log-files.ts';
import { becomeOf } from './declared.ts';
import { modelOf, modelTarget, usersOf } from './declared-model.ts';
import { fileMarks } from './file-marks.ts';
import { moved, moving, movingProof, quarantineAt, quarantineMark } from './moving.ts';
import { useOf } from './open-model.ts';
import { refused, type Refused } from './refused.ts';

/** Puts a broken model out of use without losing it. */
export const modelQuarantine = defineAction({
  name: 'model.quarantine',
  summary: 'Renames a declared model that is broken, so that nothing loads it and nothing is lost',
  args: z.strictObject({
    ...modelTarget,
    reason: z.string().min(1).max(500).optional().describe('Why, where no check finds it broken'),
  }),
  guards: ({ service, path }) => ({ checks: ofModel(modelChecks, path), services: [service] }),
  *plan(args, node, findings) {
    const found = modelOf(node, args);
    if ('can' in found) return found;
    const { service } = found;
    const { become } = service;
    const { path, reason } = args;
    const own = findings.filter(({ subject, service: of }) => subject === `model:${path}` && of === service.name);
    const sound = reason === undefined ? notBroken(path, own) : undefined;
    if (sound !== undefined) return sound;
    const real = yield* realPath(path, become);
    if (typeof real !== 'string') return real;
    const [mark] = yield* fileMarks([path], become);
    if (mark === undefined || mark === null) return refused(`There is nothing at ${path} to put out of use.`);
    if (mark.type !== 'file' && mark.type !== 'directory')
      return refused(`${path} is a ${mark.type}: a person has to see to it.`);
    const name = quarantineMark(mark);
    const to = quarantineAt(path, name);
    const [there] = yield* fileMarks([to], become);
    if (there !== null) return refused(`${to} is there already: see what it is, and move it away.`);
    const { direct, behind } = usersOf(node, path);
    const uses = yield* inStep(direct.map((each) => useOf(node, each, real)));
    const { size, at } = mark;
    return {
      can: true,
      subject: `model:${path}`,
      service: service.name,
      risk: 'approve',
      what: `Rename ${path} (${bytesText(size)}) to ${to}.${reason === undefined ? '' : ` Reason: ${reason}`}`,
      drops: [...uses, ...behind.map((each) => `${each.name} needs what reads it.`)],
      proves: [`Nothing stands at ${path}, and what stood there stands at ${to}.`],
      undo: {
        action: 'model.restore',
        args: { service: service.name, path, mark: name },
        what: `Rename ${to} back, unless something stands at ${path} then.`,
      },
      world: { ...mark, to },
      before: { from: path, to, size, at },
    };
  },
  order: ({ service }, node, { before }) => known(moving(before, becomeOf(node, service))),
  done: ({ service }, node, before) => moved(before, becomeOf(node, service)),
  proof: () => movingProof,
});

/** To rename what is still being written would leave its writer writing into the dark. */
const unfinished = new Set(['model.stable', 'model.writers']);

function notBroken(path: string, findings: readonly Finding[]): Refused | undefined {
  const critical = findings.filter(({ status }) => status === 'critical');
  const growing = critical.find(({ check }) => unfinished.has(check));
  if (growing !== undefined) return refused(`${path} is not finished. ${growing.summary}`);
  if (critical.length > 0) return undefined;
  const other = findings.find(({ status }) => status !== 'ok' && status !== 'not_applicable');
  const because = other === undefined ? '' : ` ${other.summary}`;
  return refused(`${path} is not broken, as far as is seen.${because}`, {
    say: 'Give a `reason` to put it out of use all the same.',
  });
}

/** The path without links among its folders; where it is a link itself, the file there may be of others too. */
function* realPath(path: string, become: 'sudo' | undefined): Asking<string | Refused> {
  const [found, end] = yield* askAll([
    stat(path, { become, freshMs: anew }),
    run(['readlink', '-f', path], { become, freshMs: anew }),
  ] as const);
  const real = captured(end.stdout).replace(/\n$/, '') || (found.link ?? path);
  if (found.link === undefined) return real;
  return refused(`${path} is a link to ${real}: the file there may belong to others as well.`, {
    say: 'Declare the file itself, or let a person see to it.',
  });
}
