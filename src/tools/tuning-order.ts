import { durationText } from '../core/format.ts';
import { tierText } from '../core/knob.ts';
import type { Next } from '../core/report.ts';
import { standing, type RunStory } from '../core/run-story.ts';
import type { Service } from '../core/service.ts';
import type { Runs } from '../core/tool.ts';
import { knobsSet } from '../play/knobs-tried.ts';

/** What was tried longer ago says nothing of the service of today. */
const rememberedSeconds = 604_800;

interface Wanted {
  readonly node: string;
  readonly service: Service;
  readonly knob: string;
  readonly reason: string | undefined;
}

export interface OutOfTurn {
  readonly because: string;
  readonly next: readonly Next[];
}

/** Why a knob is not next, if it is not: one at a time, and the least impact first. */
export function outOfTurn(
  wanted: Wanted,
  { runs, now }: { runs: Awaited<ReturnType<Runs['list']>>; now: number },
): OutOfTurn | undefined {
  const told = runs.flatMap((run) => ('trouble' in run ? [] : [run]));
  const recent = told.filter(
    ({ run, startedAt }) => run.node === wanted.node && startedAt > now - rememberedSeconds * 1_000,
  );
  const tried = recent.filter((story) => knobsSet(story, wanted.service.name).length > 0);
  return unfinished(wanted, tried, recent) ?? tooDeep(wanted, tried);
}

/** Two changes at once, and nobody can say which of them did it. */
function unfinished(
  { service, reason }: Wanted,
  tried: readonly RunStory[],
  recent: readonly RunStory[],
): OutOfTurn | undefined {
  const last = tried.toSorted((a, b) => b.startedAt - a.startedAt)[0];
  if (last === undefined) return undefined;
  const { id } = last.run;
  const stands = standing(last);
  if (stands === 'verified' || stands === 'rolled_back') return undefined;
  const isTakenBack = recent.some((each) => each.run.undoes === id && standing(each) === 'verified');
  const isAtEnd = last.closed !== undefined && stands === last.closed.how;
  if (isTakenBack || (isAtEnd && reason !== undefined)) return undefined;
  const because = `One knob at a time: run ${id} set ${knobsSet(last, service.name).join(', ')} of ${service.name}, and ${
    isAtEnd ? 'was neither proven nor taken back' : 'is not at its end'
  }.`;
  const look = { say: 'See how far it came.', tool: 'run_show', args: { run: id } };
  return {
    because,
    next: isAtEnd
      ? [look, { say: 'Once it is put right, say how as the reason.' }]
      : [look, { say: 'Finish it first.', tool: 'run_resume', args: { run: id } }],
  };
}

function tooDeep({ node, service, knob: name, reason }: Wanted, tried: readonly RunStory[]): OutOfTurn | undefined {
  const knob = Object.hasOwn(service.knobs, name) ? service.knobs[name] : undefined;
  if (knob === undefined || reason !== undefined) return undefined;
  const above = Object.values(service.knobs).flatMap(({ tier }) => (tier < knob.tier ? [tier] : []));
  if (above.length === 0) return undefined;
  const tier = above.reduce((deepest, each) => (each > deepest ? each : deepest));
  const names = Object.entries(service.knobs).flatMap(([each, declared]) => (declared.tier === tier ? [each] : []));
  if (tried.some((story) => knobsSet(story, service.name).some((set) => names.includes(set)))) return undefined;
  return {
    because: `The knob with the least impact comes first: ${name} is of tier ${knob.tier} (${tierText[knob.tier]}), and none of tier ${tier} (${tierText[tier]}) of ${service.name} was tried on ${node} within ${durationText(rememberedSeconds)}.`,
    next: [{ say: `Try ${names.join(' or ')} first, or say as the reason why that can not help.` }],
  };
}
