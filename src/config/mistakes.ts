import type { z } from 'zod';
import type { OpsError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import { nearest } from '../core/text.ts';
import { kindOf, wanted } from './issue-text.ts';
import { keyPathText, valueAt, type KeyPath } from './key-path.ts';
import type { YamlSource } from './yaml-source.ts';

/** One thing that is wrong in a file that a person wrote. */
export interface Mistake {
  readonly path: KeyPath;
  readonly on: 'key' | 'value';
  readonly say: string;
  /** The key path that an unknown key was probably meant to be. */
  readonly meant?: string | undefined;
}

/** All that is wrong as one error: the first, with its place, and the others in the hint. */
export function refusal(source: YamlSource, wrong: readonly Mistake[]): OpsError | undefined {
  const [first, ...others] = wrong
    .map((mistake) => ({ ...mistake, offset: source.offsetOf(mistake.path, mistake.on) }))
    .toSorted((a, b) => a.offset - b.offset);
  if (first === undefined) return undefined;
  const { path, say, on } = first;
  if (others.length === 0) return source.mistake(path, say, { on });
  const more = others.slice(0, 4).map((other) => source.mistake(other.path, other.say, { on: other.on }).message);
  const rest = others.length > more.length ? `\n... and ${others.length - more.length} more` : '';
  return source.mistake(path, say, { on, hint: `${count(others.length, 'more mistake')}:\n${more.join('\n')}${rest}` });
}

/** The keys that a mapping at a path may have; none where any key is allowed. */
export type KnownKeys = (path: KeyPath) => readonly string[];

/** The mistakes behind the issues that zod found in `value`. */
export function mistakesOf(issues: readonly z.core.$ZodIssue[], value: unknown, known: KnownKeys): readonly Mistake[] {
  const all = issues.flatMap((issue) => mistakes(issue, value, known));
  // A key that is misspelt is missing as well; that says the same thing twice.
  const meant = new Set(all.map(({ meant }) => meant));
  return all.filter(({ path }) => valueAt(value, path) !== undefined || !meant.has(keyPathText(path)));
}

function mistakes(issue: z.core.$ZodIssue, value: unknown, known: KnownKeys): readonly Mistake[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, known));
  if (issue.code === 'invalid_key') {
    const say = `this name ${issue.issues[0]?.message ?? 'is not valid'}`;
    return [{ path, on: 'key', say }];
  }
  if (issue.code !== 'invalid_union') return [{ path, on: 'value', say: issue.message }];
  const single = issue.errors.filter((branch) => !branch.some(isNoList));
  // One value or a list of such, and it is no list: then it should have been a right one.
  if (single.length === 1 && single.length < issue.errors.length && single[0] !== undefined)
    return within(issue, single[0], value, known);
  // Of several mappings it was meant to be the one that it comes nearest to.
  const branch = issue.errors
    .filter((branch) => !branch.some(isOtherKind))
    .toSorted((a, b) => weight(a) - weight(b))[0];
  if (branch !== undefined) return within(issue, branch, value, known);
  const alternatives = issue.errors.flatMap((branch) => branch.filter(isOtherKind).map(wanted));
  const found = kindOf(valueAt(value, path));
  return [{ path, on: 'value', say: `must be ${alternatives.join(' or ')}, not ${found}` }];
}

/** The mistakes of one alternative of a union. */
const within = (
  { path }: z.core.$ZodIssue,
  branch: readonly z.core.$ZodIssue[],
  value: unknown,
  known: KnownKeys,
): readonly Mistake[] =>
  mistakesOf(
    branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] })),
    value,
    known,
  );

const weight = (branch: readonly z.core.$ZodIssue[]): number =>
  branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

const isNoList = (issue: z.core.$ZodIssue): boolean =>
  issue.path.length === 0 && issue.code === 'invalid_type' && issue.expected === 'array';

/** An alternative of a union that never fitted the value at all. */
const isOtherKind = ({ code, path }: z.core.$ZodIssue): boolean =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');

function unknownKey(path: KeyPath, key: string, known: KnownKeys): Mistake {
  const there = known(path);
  const meant = nearest(key, there);
  const list = there.length === 0 ? '' : `; known are ${there.join(', ')}`;
  const say = `unknown key${meant === undefined ? list : `; did you mean \`${meant}\`?`}`;
  return { path: [...path, key], on: 'key', say, meant: meant && keyPathText([...path, meant]) };
}
