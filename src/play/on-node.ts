import { rootCause } from '../checks/root-cause.ts';
import { causeSentence } from '../checks/cause-sentence.ts';
import type { ChangeOutcome, ChangeRequest, Diagnosis, Escalation } from '../core/change-outcome.ts';
import type { AnyCheck } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import { likeName, type Playbook } from '../core/playbook.ts';
import type { Finding, Next } from '../core/report.ts';
import type { Service } from '../core/service.ts';
import type { Ops } from '../core/tool.ts';
import { answeredText, answers, type Answer } from './answers.ts';
import { choose, isForPerson, type Case, type Choice, type Verdict } from './choose.ts';
import { knobsTried } from './knobs-tried.ts';
import { onceSettled } from './once-settled.ts';
import { scopeOf } from './scope.ts';
import { takingBack } from './taking-back.ts';

export interface Play {
  readonly playbook: Playbook;
  readonly node: Node;
  readonly service: Service | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  readonly why: string;
}

/** What it is put to: a plan looks only, a run changes. */
export interface Hand {
  readonly tool: string;
  act(request: ChangeRequest): Promise<ChangeOutcome>;
  /** Missing where it is only planned. */
  leave?(escalation: Escalation): Promise<ChangeOutcome>;
}

export const playStates = ['well', 'checked', 'elsewhere'] as const;

/** What became of a playbook on one node. */
export interface Played {
  readonly node: string;
  readonly service: string | undefined;
  /** `well`: none of its symptoms shows. `elsewhere`: it only follows from another service. */
  readonly state: (typeof playStates)[number] | ChangeOutcome['state'];
  /** One sentence. */
  readonly said: string;
  readonly remedy: string | undefined;
  readonly answers: readonly Answer[];
  /** As they are now. */
  readonly findings: readonly Finding[];
  /** The last plan or run. */
  readonly outcome: ChangeOutcome | undefined;
  /** All runs, in order. */
  readonly runs: readonly string[];
  readonly next: readonly Next[];
  readonly notes: readonly string[];
}

/** What it looks with. */
type Looking = Pick<Ops, 'look' | 'runs' | 'now' | 'pause' | 'progress'>;

/** Looks, chooses, and has it done: one remedy at a time, each proven before the next is chosen. Errors: of the node. */
export async function onNode(ops: Looking, play: Play, hand: Hand): Promise<Played> {
  const { playbook, node, service } = play;
  const inputs = { ...play.inputs, tried: await triedText(ops, play) };
  const scope = scopeOf(play);
  const look = await ops.look(scope.node);
  let findings = rootCause(await look.survey(scope.checks), node);
  const [tried, done] = [new Set<string>(), new Set<string>()];
  const times = new Map<string, number>();
  const refused: ChangeOutcome[] = [];
  const runs: string[] = [];
  const until = ops.now() + playbook.withinSeconds * 1_000;
  let last: { readonly choice: Choice; readonly outcome: ChangeOutcome } | undefined;
  for (;;) {
    const one: Case = { playbook, node: node.name, service, services: scope.node.services, inputs, findings };
    const verdict = choose(one, tried, done);
    const ended = { play, scope, findings, verdict, last, refused, runs, notes: look.notes() };
    if (verdict.is !== 'remedy' || isForPerson(verdict.choice)) return await finish(hand, ended);
    const { choice } = verdict;
    if (runs.length >= playbook.most || ops.now() > until) return await finish(hand, ended);
    ops.progress(`${node.name}: ${choice.because}`);
    times.set(choice.key, (times.get(choice.key) ?? 0) + 1);
    if (times.get(choice.key) === choice.remedy.times) tried.add(choice.key);
    const diagnosis = diagnosisOf(play, scope, findings, choice);
    const why = [play.why, `${playbook.name}: ${choice.because}`].filter(Boolean).join(' ');
    const asked = choice.undoes === undefined ? { steps: choice.steps } : await takingBack(ops, choice.undoes, node);
    const outcome = await hand.act({ tool: hand.tool, node, why, ...asked, diagnosis });
    if (outcome.state === 'refused') {
      tried.add(choice.key);
      refused.push(outcome);
      continue;
    }
    last = { choice, outcome };
    if (outcome.run !== undefined) runs.push(outcome.run);
    if (outcome.state !== 'verified') return stopped({ ...ended, last });
    done.add(choice.remedy.name);
    // A look remembers what it has seen: after a change it takes another one.
    const again = async () => rootCause(await (await ops.look(scope.node)).survey(scope.checks), node);
    findings = await onceSettled(ops, play, outcome.after ? rootCause(outcome.after, node) : await again(), again);
  }
}

/** Only where a remedy asks for it: it is a look at the runs of a day. */
const triedText = async (ops: Looking, { playbook, node, service }: Play): Promise<string> =>
  service !== undefined && JSON.stringify(playbook.remedies).includes('{tried}')
    ? (await knobsTried(ops, node.name, service.name)).join(',')
    : '';

interface Scoped {
  readonly node: Node;
  readonly checks: readonly AnyCheck[];
  readonly services: readonly string[] | undefined;
}

interface Ending {
  readonly play: Play;
  readonly scope: Scoped;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly last: { readonly choice: Choice; readonly outcome: ChangeOutcome } | undefined;
  readonly refused: readonly ChangeOutcome[];
  readonly runs: readonly string[];
  readonly notes: readonly string[];
}

function diagnosisOf(
  { playbook, service }: Play,
  { checks, services }: Scoped,
  findings: readonly Finding[],
  choice: Choice | undefined,
): Diagnosis {
  const kept = choice?.remedy.keep ?? [];
  return {
    playbook: {
      name: playbook.name,
      remedy: choice?.remedy.name ?? null,
      ...(service !== undefined && { service: service.name }),
    },
    checks,
    ...(services !== undefined && { services }),
    findings,
    keep: findings
      .filter(({ check }) => kept.some((name) => likeName(name, check)))
      .flatMap(({ evidence }) => evidence),
  };
}

const played = ({ play, findings, last, runs, notes }: Ending) => ({
  node: play.node.name,
  service: play.service?.name,
  remedy: last?.choice.remedy.name,
  answers: answers(play.playbook, findings),
  findings,
  outcome: last?.outcome,
  runs,
  next: last?.outcome.next ?? [],
  notes: [...new Set([...notes, ...(last?.outcome.notes ?? [])])],
});

/** The change went no further: that is what is to be heard. */
function stopped(ending: Ending): Played {
  const { state, said } = ending.last?.outcome ?? { state: 'unknown', said: '' };
  return { ...played(ending), state, said: `${ending.last?.choice.because ?? ''} ${said}`.trim() };
}

async function finish(hand: Hand, ending: Ending): Promise<Played> {
  const { play, verdict, last, findings } = ending;
  const rest = played(ending);
  const of = play.service?.name ?? 'it';
  const done = last === undefined ? '' : ` ${last.outcome.said}`;
  switch (verdict.is) {
    case 'well':
      return last === undefined
        ? { ...rest, state: 'well', said: `There is nothing to do: ${play.playbook.name} finds ${of} well.` }
        : { ...rest, state: 'verified', said: `${last.choice.because}${done}` };
    case 'unknown': {
      const said = `Whether ${of} is well can't be told: ${verdict.findings[0]?.summary ?? ''}${done}`;
      return { ...rest, state: 'unknown', said, next: verdict.findings.flatMap(({ next }) => next ?? []).slice(0, 3) };
    }
    case 'elsewhere': {
      const { cause } = verdict;
      const said = `Nothing is wrong with ${of} itself: it follows from ${cause.service ?? 'its node'}. ${cause.summary}${done}`;
      return { ...rest, state: 'elsewhere', said, next: cause.next ?? [] };
    }
    default: {
      if (play.playbook.remedies.length === 0)
        return { ...rest, state: 'checked', said: answeredText(play.playbook.name, rest.answers) };
      const person = verdict.is === 'remedy' ? verdict.choice : undefined;
      const trouble = findings.filter(({ status }) => status !== 'ok' && status !== 'not_applicable');
      const unexplained = trouble.length === 0 ? '' : `: ${causeSentence(trouble)}`;
      const why =
        person === undefined
          ? `No remedy of ${play.playbook.name} fits${unexplained}.`
          : isForPerson(person)
            ? person.because
            : `${play.playbook.name} does no more in one run. What it would do next: ${person.because}`;
      const cannot = [...new Set(ending.refused.map(({ said }) => said))];
      const said = [why, ...(person?.person ?? []), ...cannot].join(' ');
      const next = [
        ...(person?.person ?? []).map((say): Next => ({ say })),
        ...ending.refused.flatMap((each) => each.next),
        ...trouble.filter(({ role }) => role === 'cause').flatMap((finding) => finding.next ?? []),
      ].slice(0, 5);
      const diagnosis = diagnosisOf(play, ending.scope, findings, person);
      const written = await hand.leave?.({ tool: hand.tool, node: play.node, why: play.why, diagnosis, said });
      const runs = written?.run === undefined ? rest.runs : [...rest.runs, written.run];
      return { ...rest, state: 'escalated', said: `${said}${done}`, next, runs, remedy: person?.remedy.name };
    }
  }
}
