import { createApp } from '../../src/app.ts';
import type { Finding, Next, Report } from '../../src/core/report.ts';
import { nodeTriage } from '../../src/tools/node-triage.ts';
import { plantNode, type Part } from './planted-node.ts';

/** One planted trouble, its healthy twin, and what a triage has to say of both. */
export interface Situation {
  readonly name: string;
  /** The node with the fault in it, and the same one without. */
  plant(broken: boolean): readonly Part[];
  readonly expect: Expected;
  /** Something loud and harmless stands beside the fault, and in the healthy twin too. */
  readonly herring?: boolean;
}

export interface Expected {
  /** Check and subject of the cause that comes first: `model.complete model:/m.gguf`. */
  readonly cause: string;
  /** What is not known is no cause, but leads all the same. */
  readonly role?: 'finding';
  /** What its sentence has to hold. */
  readonly says: RegExp;
  /** What the sentence of the whole report has to hold. */
  readonly report?: RegExp;
  /** What one of the next steps has to say. */
  readonly next: RegExp;
  /** What no next step may say; a restart of the api is never proposed, declared or not. */
  readonly never?: RegExp;
  /** Services that must be told as consequences. */
  readonly follow?: readonly string[];
  /** Checks that must not be ok on the broken subject or service. */
  readonly notOk?: readonly string[];
  /** What the twin may still show, as `check subject`: by default nothing but ok. */
  readonly twin?: readonly string[];
}

const nodeName = 'gpu-1';

/** The report of a triage over SSH of a node that is laid out so. */
export async function triaged(parts: readonly Part[], keys: string): Promise<Report> {
  const node = await plantNode(nodeName, parts, keys);
  const app = await createApp({ fleetPath: node.fleetPath });
  try {
    const call = { signal: new AbortController().signal, onProgress: () => undefined };
    return await app.call(nodeTriage, { nodes: [nodeName], detail: 'full' }, call);
  } finally {
    await app.close();
    await node.stop();
  }
}

const named = ({ check, subject }: Finding) => `${check} ${subject}`;
const isTrouble = ({ status }: Finding) => status !== 'ok' && status !== 'not_applicable';
const words = ({ say, tool, args }: Next) => [say, tool, ...Object.values(args ?? {})].join(' ');
/** A restart that a step asks for; one that it advises against is none. */
export const restart = /(?:^|[.;,:] |then |and )restart/i;
const restartsTheApi = new RegExp(`${restart.source} (?:only )?(?:the )?(?:fastapi|api)\b`, 'i');

/** What is wrong with the judgement of a broken node; empty where it is right. */
export function misjudged(report: Report, { expect }: Situation): readonly string[] {
  const [lead] = report.findings;
  const steps = report.next.map(words);
  const allSteps = [...steps, ...report.findings.flatMap(({ next }) => next ?? []).map(words)];
  const { cause, role = 'cause', says, report: whole = /./, next, never, follow = [], notOk = [] } = expect;
  const subjects = [lead?.subject, `service:${lead?.service}`];
  const consequences = report.findings.filter(({ role }) => role === 'consequence').map(({ service }) => service);
  const problems: readonly (readonly [boolean, string])[] = [
    [
      lead?.role === role && named(lead) === cause,
      `leads with ${lead === undefined ? 'nothing' : `${lead.role} ${named(lead)}`}`,
    ],
    [says.test(lead?.summary ?? ''), `does not say ${says}`],
    [report.summary.includes((lead?.summary ?? '-').replace(/\.$/, '')), 'the report does not lead with its cause'],
    [whole.test(report.summary), `the report does not say ${whole}`],
    [steps.some((step) => next.test(step)), `no next step says ${next}`],
    ...allSteps
      .filter((step) => restartsTheApi.test(step) || never?.test(step) === true)
      .map((step) => [false, `proposes: ${step}`] as const),
    ...follow.map((name) => [consequences.includes(name), `${name} is no consequence`] as const),
    ...report.findings
      .filter(({ status, check, subject }) => status === 'ok' && notOk.includes(check) && subjects.includes(subject))
      .map((finding) => [false, `is ok: ${named(finding)}: ${finding.summary}`] as const),
  ];
  const wrong = problems.filter(([right]) => !right).map(([, problem]) => problem);
  return wrong.length === 0 ? [] : [...wrong, ...shown(report)];
}

/** What is wrong with the judgement of the healthy twin. */
export function alarmed(report: Report, { expect }: Situation): readonly string[] {
  const { twin = [] } = expect;
  const wrong = report.findings.filter((finding) => isTrouble(finding) && !twin.includes(named(finding)));
  return wrong.length === 0 ? [] : shown(report);
}

/** The report as a person who mends the program wants to read it. */
const shown = ({ summary, findings, next }: Report): readonly string[] => [
  summary,
  ...findings
    .filter(isTrouble)
    .map((finding) => `${finding.role} ${finding.status} ${named(finding)}: ${finding.summary}`),
  ...next.map((step) => `next: ${words(step)}`),
];
