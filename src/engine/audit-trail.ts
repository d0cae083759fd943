import type { Command } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Session } from '../core/session.ts';
import { audited, type Question } from './audited.ts';
import { auditWords, noAnswer } from './audit-words.ts';
import type { AuditRecord, Head } from './audit-record.ts';

/** Who asks, and by which tool. */
export interface Caller {
  readonly tool: string;
  readonly principal: string;
}

/** Within what a node is changed. */
export interface RunMark {
  readonly run: string;
  /** Digest that was approved, where somebody had to. */
  readonly approval?: string;
}

/** What one call of a tool leaves in the audit. */
export interface Trail {
  readonly caller: Caller;
  /** The same line to a node, on which nothing is put unseen. */
  over(node: string, session: Session, mark?: RunMark): Session;
  /** Has the looks written; resolves with what a reader of the report must know of that. */
  end(): Promise<readonly string[]>;
}

interface Writing {
  readonly secrets: () => readonly string[];
  readonly now: () => number;
  looks(records: readonly AuditRecord[]): Promise<Head>;
  changes(records: readonly AuditRecord[]): Promise<Head>;
  /** Tells the log, once as long as it lasts. */
  failed(thrown: unknown): void;
}

const mostQuestions = 256;
const mostMs = 60_000;

/**
 * Looks are written when the call ends, and before that when they have become many or old: what a kill can take from
 * the audit is a minute of looking. A change is in it before it is sent, or it is not sent.
 */
export function createTrail(caller: Caller, { secrets, now, looks, changes, failed }: Writing): Trail {
  const open = new Set<(all: boolean) => AuditRecord[]>();
  const lost = new Set<string>();
  let ended = false;

  const lose = (thrown: unknown): void => {
    failed(thrown);
    lost.add(thrown instanceof Error ? thrown.message : String(thrown));
  };

  async function write(records: readonly AuditRecord[]): Promise<void> {
    if (records.length > 0) await looks(records).catch(lose);
  }

  return {
    caller,
    over(node, session, mark) {
      let questions: Question[] = [];
      let answers = 0;
      const by = { ...caller, node, ...(mark !== undefined && { run: mark.run }) };

      /** What is not answered yet stays for the next time, but for the last. */
      const taken = (all: boolean): AuditRecord[] => {
        const isReady = ({ said }: Question) => all || said !== undefined;
        const written = questions.filter(isReady);
        questions = questions.filter((question) => !isReady(question));
        answers = 0;
        return lookRecords(written, by, secrets());
      };
      open.add(taken);

      async function intends(command: Command): Promise<(ms: number, said: string) => Promise<void>> {
        if (command.effect === 'observe') throw new Error('a look has no intent');
        const words = auditWords(command, secrets());
        const { approval } = mark ?? {};
        const intent: AuditRecord = {
          type: 'intent',
          when: now(),
          ...by,
          effect: command.effect,
          words,
          ...(approval !== undefined && { approval }),
        };
        const { file, seq } = await changes([intent]).catch(refuse);
        return async (ms, said) => {
          const result: AuditRecord = { type: 'result', when: now(), of: { file, seq }, ms: tenths(ms), said };
          // What was done is done: whoever sent it has to hear of it, whether it could be written or not.
          await changes([result]).catch(lose);
        };
      }

      return audited(session, {
        asked: (question) => questions.push(question),
        answered() {
          answers += 1;
          const [first] = questions;
          const isDue = answers >= mostQuestions || (first !== undefined && now() - first.at > mostMs);
          if (ended || isDue) void write(taken(false));
        },
        intends,
      });
    },

    async end() {
      ended = true;
      await write([...open].flatMap((taken) => taken(true)));
      return [...lost].map((why) => `What this call put to nodes is not all in the audit: ${why}.`);
    },
  };
}

function lookRecords(
  questions: readonly Question[],
  by: Caller & { readonly node: string },
  secrets: readonly string[],
): AuditRecord[] {
  const [first] = questions;
  if (first === undefined) return [];
  const part = questions.slice(0, mostQuestions);
  const until = Math.max(...part.map(({ at, ms }) => at + Math.round(ms)));
  const asked = part.map(({ command, ms, said = noAnswer }): [string, number, string] => [
    auditWords(command, secrets),
    tenths(ms),
    said,
  ]);
  return [
    { type: 'look', when: first.at, until, ...by, asked },
    ...lookRecords(questions.slice(mostQuestions), by, secrets),
  ];
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10;

const refuse = (cause: unknown): never => {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new OpsError('AUDIT_FAILED', `The audit can not be written (${why}): nothing is changed without it.`, {
    cause,
    hint: 'Look at the disk and at the folder of the state; looking still works.',
  });
};
