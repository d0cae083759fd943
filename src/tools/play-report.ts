import { z } from 'zod';
import { changeStates, type ChangeState } from '../core/change-outcome.ts';
import { count } from '../core/format.ts';
import { statuses, worst as worstStatus, type Next, type Report, type Status } from '../core/report.ts';
import { playStates, type Played } from '../play/on-node.ts';
import type { Rolled } from '../play/over-nodes.ts';
import { shown } from './change-report.ts';

const states = [...playStates, ...changeStates] as const;

/** What the tools tell in `data` that put a playbook to nodes. */
export const playData = z.object({
  playbook: z.string(),
  nodes: z.array(
    z.object({
      node: z.string(),
      service: z.string().nullable(),
      state: z.enum(states).describe('well: nothing to do. elsewhere: it follows from another service'),
      said: z.string(),
      remedy: z.string().nullable(),
      digest: z.string().nullable().describe('What an approval names'),
      runs: z.array(z.string()),
      answers: z.array(z.object({ asks: z.string(), status: z.enum(statuses), says: z.string() })),
    }),
  ),
});

/** How good it is, the worst last; and how that reads as a status. */
const order: readonly (readonly [Played['state'], Status])[] = [
  ['well', 'ok'],
  ['verified', 'ok'],
  ['planned', 'not_applicable'],
  ['awaiting_approval', 'not_applicable'],
  ['held', 'not_applicable'],
  ['refused', 'not_applicable'],
  ['denied', 'not_applicable'],
  ['rolled_back', 'degraded'],
  ['elsewhere', 'critical'],
  ['escalated', 'critical'],
  ['not_verified', 'critical'],
  ['unknown', 'unknown'],
];

const rank = ({ state }: Played): number => order.findIndex(([name]) => name === state);

const isChange = (state: Played['state']): state is ChangeState => changeStates.some((each) => each === state);

interface Asked {
  readonly playbook: string;
  readonly args: NonNullable<Next['args']>;
}

/** One report over all nodes. */
export function playReport({ played, stopped, isHeld }: Rolled, asked: Asked): Report<z.input<typeof playData>> {
  const worst = played.toSorted((a, b) => rank(b) - rank(a))[0];
  const state = isHeld === true ? 'held' : (worst?.state ?? 'well');
  const waiting = played.find((each) => each.state === 'awaiting_approval' || each.state === 'planned');
  // What only asks changes nothing, wherever it could not be asked.
  const onlyAsks = played.some((each) => each.state === 'checked');
  const change = !onlyAsks &&
    isChange(state) && {
      state,
      digest: waiting?.outcome?.set?.digest,
      asks: waiting?.outcome?.asks,
    };
  return {
    summary: summaryOf(played, asked.playbook, stopped),
    status: onlyAsks ? worstStatus(played.map(statusOf)) : statusOf(worst),
    findings: played.flatMap(({ findings }) =>
      findings.filter(({ status }) => status !== 'ok' && status !== 'not_applicable'),
    ),
    next: isHeld === true ? heldNext(played, asked) : nextOf(played, asked),
    notes: [...new Set(played.flatMap(({ notes }) => notes))],
    ...(change !== false && { change }),
    data: {
      playbook: asked.playbook,
      nodes: played.map((each) => ({
        node: each.node,
        service: each.service ?? null,
        state: each.state,
        said: each.said,
        remedy: each.remedy ?? null,
        digest: each.outcome?.set?.digest ?? null,
        runs: [...each.runs],
        answers: each.answers.map((answer) => ({ ...answer })),
      })),
    },
    show: played.length === 1 && worst !== undefined ? showOne(worst) : [tableOf(played), ...failed(played)],
  };
}

function statusOf(worst: Played | undefined): Status {
  if (worst === undefined) return 'not_applicable';
  if (worst.state !== 'checked') return order.find(([name]) => name === worst.state)?.[1] ?? 'unknown';
  const asked = worst.answers.flatMap(({ status }) => (status === 'not_applicable' ? [] : [status]));
  return asked.length === 0 ? 'not_applicable' : worstStatus(asked);
}

function summaryOf(played: readonly Played[], playbook: string, stopped: string | undefined): string {
  const [only] = played;
  const more = stopped === undefined ? '' : ` ${stopped}`;
  if (only === undefined) return `No node was asked about by ${playbook}.`;
  if (played.length === 1) return `${only.node}: ${only.said}${more}`;
  const kinds = [...new Set(played.map(({ state }) => state))];
  const counted = kinds.map((state) => {
    const names = played.filter((each) => each.state === state).map(({ node }) => node);
    const few = names.length > 4 ? '' : ` (${names.join(', ')})`;
    return `${count(names.length, 'node')} ${stateWords[state]}${few}`;
  });
  return `${playbook}: ${counted.join('; ')}.${more}`;
}

const stateWords: Readonly<Record<Played['state'], string>> = {
  well: 'well',
  checked: 'checked',
  elsewhere: 'suffering from another service',
  planned: 'planned',
  awaiting_approval: 'waiting for an approval',
  denied: 'denied by the policy',
  held: 'held back for now',
  refused: 'refused',
  verified: 'cured',
  not_verified: 'not cured',
  rolled_back: 'taken back',
  unknown: 'not known',
  escalated: 'left to a person',
};

function showOne(one: Played): Report['show'] {
  const answers = {
    kind: 'table' as const,
    title: 'What was asked',
    columns: ['question', 'answer', ''],
    rows: one.answers.map(({ asks, status, says }) => [asks, status.replaceAll('_', ' '), says]),
  };
  const isPlan = one.state === 'planned' || one.state === 'awaiting_approval';
  return [answers, ...(isPlan ? (one.outcome?.set?.changes ?? []).flatMap(shown) : [])];
}

const tableOf = (played: readonly Played[]): Report['show'][number] => ({
  kind: 'table',
  title: 'Nodes',
  columns: ['node', 'state', ''],
  rows: played.map(({ node, state, said }) => [node, stateWords[state], said]),
});

/** Of a checklist over many nodes, what is not answered well. */
function failed(played: readonly Played[]): Report['show'] {
  const rows = played
    .filter(({ state }) => state === 'checked')
    .flatMap(({ node, answers }) =>
      answers
        .filter(({ status }) => status !== 'ok' && status !== 'not_applicable')
        .map(({ asks, status, says }) => [node, asks, status, says]),
    );
  if (rows.length === 0) return [];
  return [{ kind: 'table', title: 'What is not answered well', columns: ['node', 'question', 'answer', ''], rows }];
}

/** What is shared is looked for first. */
const heldNext = (played: readonly Played[], { args }: Asked): readonly Next[] => [
  {
    say: 'Look for what they share: a deploy, a network, a store, a driver.',
    tool: 'node_triage',
    args: { nodes: played.map(({ node }) => node) },
  },
  { say: 'Where each of them has a reason of its own:', tool: 'playbook_run', args: { ...args, shared: true } },
];

function nextOf(played: readonly Played[], { args }: Asked): readonly Next[] {
  const waiting = played.filter(({ state }) => state === 'awaiting_approval');
  const approve = waiting.map(({ outcome }) => ({
    say: `A person approves it in a terminal of this machine: rackhand approve ${outcome?.set?.digest.slice(0, 12) ?? ''}`,
  }));
  const again: Next = { say: 'Then ask for the same again.', tool: 'playbook_run', args };
  const run: Next = { say: 'To have it done:', tool: 'playbook_run', args };
  const isHeld = played.some(({ state }) => state === 'held');
  const isUnwritten = played.some(({ state, runs }) => state === 'escalated' && runs.length === 0);
  const write: Next = { say: 'To have this written down as a run, for its report:', tool: 'playbook_run', args };
  const done = played.flatMap(({ runs }) => runs);
  const show = done
    .slice(0, 3)
    .map((id): Next => ({ say: 'See what was done, step by step.', tool: 'run_show', args: { run: id } }));
  return [
    ...(waiting.length > 0 ? [...approve, again] : []),
    ...(played.some(({ state }) => state === 'planned') ? [run] : []),
    ...(isHeld ? [again] : []),
    ...(isUnwritten ? [write] : []),
    ...played.flatMap(({ next }) => next),
    ...show,
  ].slice(0, 5);
}
