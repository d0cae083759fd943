import { count } from '../core/format.ts';
import { worst, type Finding, type Next, type Report, type Status } from '../core/report.ts';
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
const ended = (sentence: string): string => sentence.replace(/\.$/, '');

const words: Record<Status, string> = {
  ok: 'ok',
  not_applicable: 'ok',
  degraded: 'degraded',
  critical: 'critical',
  unknown: 'not fully known',
};

/** One sentence: the state, the cause with its numbers, and what follows from it. */
function sentence({ node, status, findings }: Look<unknown>): string {
  const trouble = findings.filter(isTrouble);
  const [first] = trouble;
  if (first === undefined) {
    const judged = findings.filter((finding) => finding.status === 'ok').length;
    return judged === 0
      ? `${node.name}: nothing here applies to it.`
      : `${node.name} is ok: ${judged === 1 ? 'the one check holds' : `all ${judged} checks hold`}.`;
  }
  const causes = trouble.filter(({ role }) => role === 'cause');
  const others = causes.length > 1 ? `; ${count(causes.length - 1, 'more cause')}` : '';
  return `${node.name} is ${words[status]}: ${ended(first.summary)}${consequences(trouble, first)}${others}.`;
}

function consequences(trouble: readonly Finding[], cause: Finding): string {
  const follow = trouble
    .filter(({ role, subject }) => role === 'consequence' && subject !== cause.subject)
    .map(({ service, subject }) => service ?? subject);
  const names = [...new Set(follow)];
  if (cause.role !== 'cause' || names.length === 0) return '';
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  const [last = '', ...others] = shown.toReversed();
  const list = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
  return `; ${list} ${names.length === 1 ? 'suffers' : 'suffer'} from it`;
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
