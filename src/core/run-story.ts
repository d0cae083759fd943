import type { Judged } from './action.ts';
import type { Approval, ChangeSet, PlannedChange } from './change-set.ts';
import type { Json } from './json.ts';
import type { MeasuredTime, Run, RunEnd, RunRecord, SentEnd, Way } from './run.ts';

/** What came of sending a step one way: without a result it is unknown, whatever was sent before. */
export interface Sent {
  readonly how: SentEnd;
  readonly said: string;
  readonly verified?: boolean;
  /** By what it was proven, as the rest of a sentence; or why it was not, as a sentence. */
  readonly proof?: string;
  /** Epoch ms, when it was sent. */
  readonly at: number;
  /** Epoch ms: from then on it is not carried out any more. */
  readonly until: number;
}

export interface StepStory {
  readonly change: PlannedChange;
  /** As it was before each way was sent. */
  readonly befores: Readonly<Partial<Record<Way, Json>>>;
  readonly ways: Readonly<Partial<Record<Way, Sent>>>;
  /** Figures of before it was sent, and after all steps were proven. */
  readonly measured: Readonly<Partial<Record<MeasuredTime, Json>>>;
  readonly judged?: Judged;
}

/** What a playbook found. */
export type Diagnosed = Pick<Extract<RunRecord, { type: 'found' }>, 'checks' | 'services' | 'findings'>;

/** A run as its journal tells it. */
export interface RunStory {
  readonly run: Run;
  /** All of it, for who wants to know when. */
  readonly records: readonly RunRecord[];
  /** Epoch ms. */
  readonly startedAt: number;
  readonly lastAt: number;
  readonly set?: ChangeSet;
  readonly approval?: Approval;
  readonly found: Readonly<Partial<Record<MeasuredTime, Diagnosed>>>;
  readonly steps: readonly StepStory[];
  readonly notes: readonly string[];
  readonly closed?: { readonly how: RunEnd; readonly said: string };
}

/** Where a run stands. `unknown`: a step may have been carried out or not; while its writer lives, it is under way. */
export type RunStanding = 'started' | 'planned' | 'running' | 'unknown' | RunEnd;

/** Errors: none; what a journal does not say is not there. Undefined for one that never began. */
export function runStory(records: readonly RunRecord[]): RunStory | undefined {
  const [first] = records;
  if (first?.type !== 'started') return undefined;
  let story: RunStory = {
    run: first.run,
    records,
    startedAt: first.when,
    lastAt: first.when,
    steps: [],
    notes: [],
    found: {},
  };
  for (const record of records) story = { ...told(story, record), lastAt: record.when };
  return story;
}

function told(story: RunStory, record: RunRecord): RunStory {
  switch (record.type) {
    case 'planned':
      return {
        ...story,
        set: record.set,
        steps: record.set.changes.map((change) => ({ change, befores: {}, ways: {}, measured: {} })),
      };
    case 'found': {
      const { time, checks, services, findings } = record;
      return { ...story, found: { ...story.found, [time]: { checks, services, findings } } };
    }
    case 'approved':
      return { ...story, approval: record.approval };
    case 'saved':
      return withStep(story, record.step, (step) => ({
        ...step,
        befores: { ...step.befores, [record.way]: record.before },
      }));
    case 'measured':
      return withStep(story, record.step, (step) => ({
        ...step,
        measured: { ...step.measured, [record.time]: record.figures },
      }));
    case 'judged':
      return withStep(story, record.step, (step) => ({ ...step, judged: { is: record.is, say: record.said } }));
    case 'intent': {
      const { closed: _reopened, ...open } = story;
      const until = record.when + (record.lingersMs ?? 0);
      const none: Sent = { how: 'unknown', said: 'No answer was written down.', at: record.when, until };
      return sent(open, record, () => none);
    }
    case 'result':
      return sent(story, record, (before) => ({ ...before, how: record.how, said: record.said }));
    case 'verified':
    case 'not_verified':
      return sent(story, record, (before) => ({ ...before, verified: record.type === 'verified', proof: record.said }));
    case 'closed':
      return { ...story, closed: { how: record.how, said: record.said } };
    case 'note':
      return { ...story, notes: [...story.notes, record.said] };
    default:
      return story;
  }
}

/** What is told of a way that was never sent counts as sent when it was told of. */
const sent = (
  story: RunStory,
  record: { step: number; way: Way; when: number },
  change: (before: Sent) => Sent,
): RunStory =>
  withStep(story, record.step, (told) => {
    const before = told.ways[record.way] ?? { how: 'unknown', said: '', at: record.when, until: record.when };
    return { ...told, ways: { ...told.ways, [record.way]: change(before) } };
  });

const withStep = (story: RunStory, step: number, change: (told: StepStory) => StepStory): RunStory => ({
  ...story,
  steps: story.steps.map((told, index) => (index + 1 === step ? change(told) : told)),
});

/** Only an end that itself says `unknown` closes a run with a step that is not known. */
export function standing({ steps, set, closed }: RunStory): RunStanding {
  const all = steps.flatMap(({ ways }) => Object.values(ways));
  const isUnknown = all.some(({ how }) => how === 'unknown');
  if (closed !== undefined && (!isUnknown || closed.how === 'unknown')) return closed.how;
  if (isUnknown) return 'unknown';
  if (all.length > 0) return 'running';
  return set === undefined ? 'started' : 'planned';
}

/** Something was done that can be taken back, and was not yet. */
export const canUndo = ({ steps }: RunStory): boolean =>
  steps.some(({ change, ways }) => change.undo !== null && ways.do?.how === 'done' && ways.undo === undefined);

/** The run that has taken back another, if any of these did. */
export const takenBackBy = (runs: readonly (RunStory | { readonly id: string })[], id: string): string | undefined =>
  runs.flatMap((each) =>
    'run' in each && each.run.undoes === id && standing(each) === 'verified' ? each.run.id : [],
  )[0];
