import type { z } from 'zod';
import { nearest } from '../core/text.ts';
import { kindOf, wanted } from './issue-text.ts';
import { keyPathText, valueAt, type KeyPath } from './key-path.ts';
import { knownKeys } from './schema.ts';

/** One thing that is wrong in the fleet file. */
export interface Mistake {
  readonly path: KeyPath;
  readonly on: 'key' | 'value';
  readonly say: string;
  /** The key path that an unknown key was probably meant to be. */
  readonly meant?: string | undefined;
}

/** The mistakes behind the issues that zod found in `value`. */
export function mistakesOf(issues: readonly z.core.$ZodIssue[], value: unknown): readonly Mistake[] {
  const all = issues.flatMap((issue) => mistakes(issue, value));
  // A key that is misspelt is missing as well; that says the same thing twice.
  const meant = new Set(all.map(({ meant }) => meant));
  return all.filter(({ path }) => valueAt(value, path) !== undefined || !meant.has(keyPathText(path)));
}

function mistakes(issue: z.core.$ZodIssue, value: unknown): readonly Mistake[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  if (issue.code === 'invalid_key') {
    const say = `this name ${issue.issues[0]?.message ?? 'is not valid'}`;
    return [{ path, on: 'key', say }];
  }
  if (issue.code !== 'invalid_union') return [{ path, on: 'value', say: issue.message }];
  const single = issue.errors.filter((branch) => !branch.some(isNoList));
  // One value or a list of such, and it is no list: then it should have been a right one.
  if (single.length === 1 && single.length < issue.errors.length && single[0] !== undefined)
    return within(issue, single[0], value);
  const branch = issue.errors.find((branch) => !branch.some(isOtherKind));
  if (branch !== undefined) return within(issue, branch, value);
  const alternatives = issue.errors.flatMap((branch) => branch.filter(isOtherKind).map(wanted));
  const found = kindOf(valueAt(value, path));
  return [{ path, on: 'value', say: `must be ${alternatives.join(' or ')}, not ${found}` }];
}

/** The mistakes of one alternative of a union. */
const within = ({ path }: z.core.$ZodIssue, branch: readonly z.core.$ZodIssue[], value: unknown) =>
  mistakesOf(
    branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] })),
    value,
  );

const isNoList = (issue: z.core.$ZodIssue): boolean =>
  issue.path.length === 0 && issue.code === 'invalid_type' && issue.expected === 'array';

/** An alternative of a union that never fitted the value at all. */
const isOtherKind = ({ code, path }: z.core.$ZodIssue): boolean =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');

function unknownKey(path: KeyPath, key: string): Mistake {
  const known = knownKeys(path);
  const meant = nearest(key, known);
  const list = known.length === 0 ? '' : `; known are ${known.join(', ')}`;
  const say = `unknown key${meant === undefined ? list : `; did you mean \`${meant}\`?`}`;
  return { path: [...path, key], on: 'key', say, meant: meant && keyPathText([...path, meant]) };
}
