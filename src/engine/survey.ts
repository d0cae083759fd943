import type { AnyCheck, Need, Subject, Verdict } from '../core/check.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { remembered } from '../core/remembered.ts';
import type { Finding } from '../core/report.ts';
import type { Sweep } from './sweep.ts';

const mostEvidence = 4;

/** Judges a node by checks, all at once. What can't be asked is an `unknown` finding, never an omission. */
export async function survey(sweep: Sweep, node: Node, checks: readonly AnyCheck[]): Promise<readonly Finding[]> {
  const judged = () => checks.flatMap((check) => casesOf(node)(check).map((each) => judge(sweep, node, check, each)));
  return (await sweep.inTurn(() => Promise.all(judged()))).flat();
}

/** A subject and what has to be known of it. */
interface Case {
  readonly subject: Subject<unknown>;
  needs: readonly (readonly [string, Need<unknown>])[] | undefined;
  judged: Judged | undefined;
}

interface Judged {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly verdicts: readonly Verdict[];
}

/** Checks are pure: what they ask of a node stays what it is for as long as the fleet file does. */
const casesOf = remembered((node: Node) => {
  const known = new Map<AnyCheck, readonly Case[]>();
  return (check: AnyCheck): readonly Case[] => {
    const cases =
      known.get(check) ??
      check.subjects(node).map((subject): Case => ({ subject, needs: undefined, judged: undefined }));
    known.set(check, cases);
    return cases;
  };
});

async function judge(sweep: Sweep, node: Node, check: AnyCheck, one: Case): Promise<readonly Finding[]> {
  const { subject } = one;
  const evidence: string[] = [];
  try {
    one.needs ??= Object.entries<Need<unknown>>(check.needs(subject.value, node));
    const facts: Record<string, unknown> = {};
    await Promise.all(
      one.needs.map(async ([name, wanted]) => {
        const observed = await sweep.need(wanted);
        facts[name] = observed.fact;
        evidence.push(...observed.evidence);
      }),
    );
    // Facts that are the same object say the same, and a check says the same of them.
    const isJudged = one.needs.every(([name]) => one.judged?.facts[name] === facts[name]);
    if (!isJudged || one.judged === undefined)
      one.judged = { facts, verdicts: [check.evaluate(facts, subject.value, node)].flat() };
    const { verdicts } = one.judged;
    return verdicts.map((verdict) => finding(node, check, subject, verdict, evidence));
  } catch (thrown) {
    const { code, message, hint } = opsError(thrown);
    if (code === 'CANCELLED' || code === 'LINK_LOST') throw thrown;
    const next = hint === undefined ? [] : [{ say: hint }];
    return [finding(node, check, subject, { status: 'unknown', summary: `Not known: ${message}`, next }, evidence)];
  }
}

function finding(
  node: Node,
  check: AnyCheck,
  subject: Subject<unknown>,
  verdict: Verdict,
  evidence: readonly string[],
): Finding {
  return {
    node: node.name,
    check: check.name,
    subject: verdict.subject ?? subject.id,
    status: verdict.status,
    summary: verdict.summary,
    layer: subject.layer ?? check.layer,
    ...(subject.service !== undefined && { service: subject.service }),
    role: 'finding',
    ...(verdict.signature !== undefined && { signature: verdict.signature }),
    ...(verdict.restartHelps !== undefined && { restartHelps: verdict.restartHelps }),
    // What was asked last is closest to the judgement.
    evidence: [...new Set(evidence)].slice(-mostEvidence),
    ...(verdict.next !== undefined && { next: verdict.next }),
  };
}
