import { ask, defineProbe, type Asking } from '../core/probe.ts';
import { logPieces } from '../services/compose-logs.ts';
import { engineQuestion } from '../services/engine-answer.ts';
import { stackFile } from './stack-file.ts';
import { stackMembers, type MembersInput, type StackMember } from './stack-members.ts';

/** A container that runs once, and how that ended. */
export interface InitRun {
  readonly service: string;
  readonly status: string;
  readonly exitCode: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly restarts: number;
  readonly error: string;
  /** The end of its log, without times. */
  readonly log: readonly string[];
}

export interface InitInput extends MembersInput {
  /** Those that are declared; found in the file when there are none. */
  readonly init: readonly string[];
}

const mostLines = 60;
const mostShown = 40;

/** Their logs tell what the exit code of a shell line hides: it is that of its last command alone. */
export const stackInit = defineProbe({
  name: 'stack.init',
  summary: 'How the containers of a stack that provision it ended, and what they said',
  /** Null where the engine tells nothing. */
  *steps({ init, ...input }: InitInput): Asking<readonly InitRun[] | null> {
    const file = yield* stackFile.steps(input);
    const found = yield* stackMembers.steps(input);
    if (!found.reachable) return null;
    const lines = file.read ? file.services.filter((service) => service.isShellLine).map(({ name }) => name) : [];
    const names = init.length > 0 ? init : lines;
    const runs: InitRun[] = [];
    for (const member of found.members.filter(({ service }) => names.includes(service)))
      runs.push(runOf(member, yield* logOf(member, input)));
    return runs;
  },
});

const runOf = (
  { service, status, exitCode, startedAt, finishedAt, restarts, error }: StackMember,
  log: readonly string[],
): InitRun => ({
  service,
  status,
  exitCode,
  startedAt,
  finishedAt,
  restarts,
  error,
  log,
});

function* logOf({ id }: StackMember, { place }: MembersInput): Asking<readonly string[]> {
  const path = `/containers/${id}/logs?stdout=true&stderr=true&timestamps=true&tail=${mostLines}`;
  const reply = yield* ask(engineQuestion(place, path, 131_072));
  if (!reply.ok || reply.status !== 200) return [];
  const said = logPieces(reply.body).lines.map((line) => line.replace(/^\S+ /, '').trim());
  return said
    .filter((line) => line !== '')
    .slice(-mostShown)
    .map((line) => line.slice(-200));
}
