import type { Diagnosis } from '../core/change-outcome.ts';
import type { AnyCheck } from '../core/check.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { findingSchema, type Finding } from '../core/report.ts';
import type { MeasuredTime, RunEntry } from '../core/run.ts';
import type { RunStory } from '../core/run-story.ts';
import { redactDeep } from '../core/text.ts';
import type { ChangeDesk } from './change-desk.ts';
import type { Journal } from './journal-write.ts';
import { storyOf, type Running } from './running.ts';

interface Found {
  readonly checks: readonly string[];
  readonly services: readonly string[] | undefined;
  readonly findings: readonly Finding[];
}

/** Writes down what a playbook found before it chose, with the evidence for that. Errors: `JOURNAL_FAILED`, `STATE_FAILED`. */
export async function writeFound(
  { evidence, fleet }: Pick<ChangeDesk, 'evidence' | 'fleet'>,
  journal: Journal,
  { checks, services, findings, keep }: Diagnosis,
): Promise<void> {
  const troubled = findings.filter(({ status }) => status !== 'ok').flatMap((finding) => finding.evidence);
  await evidence.save([...new Set([...keep, ...troubled])].slice(0, 128));
  const names = checks.map(({ name }) => name);
  await journal.append(foundEntry('before', { checks: names, services, findings }, fleet.secrets));
}

/** As a journal keeps it: what does not apply says nothing, and what helps next is out of date when it is read. */
export const foundEntry = (
  time: MeasuredTime,
  { checks, services, findings }: Found,
  secrets: readonly string[],
): RunEntry => ({
  type: 'found',
  time,
  checks: [...checks],
  ...(services !== undefined && { services: [...services] }),
  findings: redactDeep(
    findings.filter(({ status }) => status !== 'not_applicable').map((finding) => findingSchema.parse(finding)),
    secrets,
  ),
});

/**
 * Looks again at what a playbook looked at, when all steps are proven.
 *
 * Undefined: no playbook chose this run. `against`: the sentence why it is taken back. Errors: `JOURNAL_FAILED`,
 * `CANCELLED`, `LOCK_LOST`.
 */
export async function foundAfter({
  hands,
  checks,
  secrets,
}: Running): Promise<{ readonly findings: readonly Finding[]; readonly against: string | undefined } | undefined> {
  const story = storyOf(hands);
  const { before, after } = story.found;
  if (before === undefined) return undefined;
  if (after !== undefined) return { findings: after.findings, against: worseSince(story) };
  hands.say('Looking at all of it once more');
  await hands.hold();
  const looked = await hands.look
    .survey(narrowed(hands.node, before.services), named(checks, before.checks))
    .catch((thrown: unknown): string => {
      const { code, message } = opsError(thrown);
      if (code === 'CANCELLED' || code === 'DEFECT') throw thrown;
      return message;
    });
  if (typeof looked === 'string') return { findings: [], against: `What it brought could not be looked at: ${looked}` };
  await hands.keep(
    looked
      .filter(({ status }) => status !== 'ok')
      .flatMap(({ evidence }) => evidence)
      .slice(0, 64),
  );
  await hands.journal.append(foundEntry('after', { ...before, services: before.services, findings: looked }, secrets));
  return { findings: looked, against: worseSince(storyOf(hands)) };
}

const named = (checks: readonly AnyCheck[], names: readonly string[]): readonly AnyCheck[] =>
  checks.filter(({ name }) => names.includes(name));

const narrowed = (node: Node, names: readonly string[] | undefined): Node =>
  names === undefined ? node : { ...node, services: node.services.filter(({ name }) => names.includes(name)) };

/**
 * Why it must not stay: something is critical that was not.
 *
 * Of a service that was down before, more trouble is no news: how often it ended until then goes on to be told.
 */
export function worseSince({ found: { before, after } }: RunStory): string | undefined {
  const critical = (before?.findings ?? []).filter(({ status }) => status === 'critical');
  const known = new Set(critical.map(keyOf));
  const down = new Set(critical.filter(isOfService).map(({ subject }) => subject));
  const fresh = after?.findings.find(
    (finding) => finding.status === 'critical' && !known.has(keyOf(finding)) && !down.has(finding.subject),
  );
  return fresh && `Since then this is critical, and was not before: ${fresh.summary}`;
}

const isOfService = ({ service, subject }: Finding): boolean => subject === `service:${service}`;

const keyOf = ({ check, subject }: Pick<Finding, 'check' | 'subject'>): string => `${check} ${subject}`;
