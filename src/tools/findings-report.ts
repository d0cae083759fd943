import { count } from '../core/format.ts';
import { worst, type Finding, type Next, type Report, type Status } from '../core/report.ts';
import { causeSentence } from '../checks/cause-sentence.ts';
import type { Look } from './look.ts';

interface Options<Data> {
  readonly looks: readonly Look<unknown>[];
  readonly detail: 'brief' | 'full';
  readonly data: Data;
  readonly show?: Report['show'];
  readonly notes?: readonly string[];
}

/** The report of a look at one or many nodes: what is not ok, causes first; with `full` also what is. */
export function findingsReport<Data>({ looks, detail, data, show = [], notes = [] }: Options<Data>): Report<Data> {
  const all = looks.flatMap(({ findings }) => findings);
  return {
    summary: looks.length === 1 && looks[0] !== undefined ? sentence(looks[0]) : fleetSentence(looks),
    status: worst(looks.map(({ status }) => status)),
    findings: detail === 'full' ? all : all.filter(isTrouble),
    next: nextOf(all),
    notes: [...new Set([...looks.flatMap((each) => each.notes), ...notes])],
    data,
    show,
  };
}

const isTrouble = ({ status }: Finding): boolean => status !== 'ok' && status !== 'not_applicable';

const words: Record<Status, string> = {
  ok: 'ok',
  not_applicable: 'ok',
  degraded: 'degraded',
  critical: 'critical',
  unknown: 'not fully known',
};

/** One sentence: the state, the cause with its numbers, what follows from it, and what else there is. */
function sentence({ node, status, findings }: Look<unknown>): string {
  const trouble = findings.filter(isTrouble);
  const [first] = trouble;
  if (first === undefined) {
    const judged = findings.filter((finding) => finding.status === 'ok').length;
    return judged === 0
      ? `${node.name}: nothing here applies to it.`
      : `${node.name} is ok: ${judged === 1 ? 'the one check holds' : `all ${judged} checks hold`}.`;
  }
  return `${node.name} is ${words[status]}: ${causeSentence(trouble)}.`;
}

function fleetSentence(looks: readonly Look<unknown>[]): string {
  const bad = looks.filter(({ status }) => status !== 'ok' && status !== 'not_applicable');
  if (bad.length === 0) return `All ${count(looks.length, 'node')} are ok.`;
  const named = bad.slice(0, 5).map(({ node, status }) => `${node.name} ${words[status]}`);
  const more = bad.length > 5 ? ` and ${bad.length - 5} more` : '';
  return `${bad.length} of ${count(looks.length, 'node')} ${bad.length === 1 ? 'needs' : 'need'} attention: ${named.join(', ')}${more}.`;
}

/** What helps now: the causes first; nothing for what only follows from them. Five at most. */
function nextOf(findings: readonly Finding[]): readonly Next[] {
  const helpful = findings
    .filter((finding) => isTrouble(finding) && finding.role !== 'consequence')
    .flatMap(({ next }) => next ?? []);
  const bySaying = new Map(helpful.map((next) => [`${next.say} ${JSON.stringify(next.args)}`, next]));
  return [...bySaying.values()].slice(0, 5);
}
