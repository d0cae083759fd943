import { count } from '../core/format.ts';
import type { Finding } from '../core/report.ts';

/** How many causes that weigh the same are told in full. */
const mostTold = 3;

/** What is wrong in one sentence: the cause or the causes that weigh the same, what follows, what else there is. */
export function causeSentence(trouble: readonly Finding[]): string {
  const [first] = trouble;
  if (first === undefined) return '';
  const causes = trouble.filter(({ role }) => role === 'cause');
  const alike = causes.filter((each) => isTie(first, each));
  const rest = [...new Set(causes.filter((each) => !alike.includes(each)).map(nameOf))];
  const others = rest.length === 0 ? '' : `; apart from that: ${listed(rest, mostTold)}`;
  return `${told(alike.length === 0 ? [first] : alike)}${consequences(trouble, alike)}${others}`;
}

/** Neither explains the other, and nothing makes one the likelier cause: as bad, and in the same layer or of the same kind. */
const isTie = (first: Finding, { status, layer, signature }: Finding): boolean =>
  status === first.status && (layer === first.layer || (signature !== undefined && signature === first.signature));

function told(alike: readonly Finding[]): string {
  const [first] = alike;
  if (first === undefined) return '';
  const sentences = alike.map(({ summary }) => summary.replace(/\.$/, ''));
  const [sentence = ''] = sentences;
  if (alike.length === 1) return sentence;
  const sharing = alike.filter(({ signature }) => signature !== undefined && signature === first.signature);
  if (sharing.length === alike.length) {
    return `${listed(alike.map(nameOf), mostTold)} have the same trouble, so look for one reason: ${sentence}`;
  }
  const more = alike.length > mostTold ? `; and ${alike.length - mostTold} more` : '';
  const numbered = sentences.slice(0, mostTold).map((each, index) => `(${index + 1}) ${each}`);
  return `${count(alike.length, 'cause')} weigh the same: ${numbered.join('; ')}${more}`;
}

function consequences(trouble: readonly Finding[], alike: readonly Finding[]): string {
  const follow = trouble.filter(({ of }) => alike.some(({ check, subject }) => of === `${check} ${subject}`));
  // What a cause leaves unknown of the node itself suffers from nothing, and nothing suffers from itself.
  const suffering = follow.filter(
    ({ service, status, subject }) =>
      (service !== undefined || status !== 'unknown') && !alike.some((cause) => cause.subject === subject),
  );
  const names = [...new Set(suffering.map(nameOf))];
  if (alike.length === 0 || names.length === 0) return '';
  return `; ${listed(names, 4)} ${names.length === 1 ? 'suffers' : 'suffer'} from ${alike.length === 1 ? 'it' : 'them'}`;
}

const nameOf = ({ service, subject, check }: Finding): string => service ?? (subject === 'node' ? check : subject);

function listed(names: readonly string[], most: number): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  const [last = '', ...others] = shown.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}
