import type { z } from 'zod';
import { nearest } from '../core/text.ts';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'empty',
};

/** What an issue wants, as words that fit after "must be". */
export function wanted(issue: RawIssue | z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value')
    return issue.values
      .map(String)
      .join(', ')
      .replace(/, (?=[^,]*$)/, ' or ');
  return 'something else';
}

/** What is wrong with a value, in words that fit after its key path and never quote it: it may be a secret. */
export const issueText = (issue: RawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return typeText(issue, issue.input);
    case 'invalid_value':
      if (issue.input === undefined) return `is missing; it is ${wanted(issue)}`;
      return `must be ${wanted(issue)}${meantText(issue.input, issue.values.map(String))}`;
    case 'too_small':
      if (issue.minimum === 1 && (issue.origin === 'string' || issue.origin === 'array')) return 'must not be empty';
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must be at most ${issue.maximum} characters long`;
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_format':
      return formatText(issue.format);
    default:
      return issue.message ?? 'is not valid';
  }
};

function typeText(issue: RawIssue, input: unknown): string {
  if (input === undefined) return 'is missing';
  const quote = wanted(issue) === 'text' && typeof input !== 'object' ? '; put it in quotes' : '';
  return `must be ${wanted(issue)}, not ${kindOf(input)}${quote}`;
}

export function kindOf(input: unknown): string {
  if (input === null) return 'empty';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'number' && !Number.isInteger(input)) return 'a fraction';
  return kinds[typeof input] ?? typeof input;
}

function formatText(format: string): string {
  if (format === 'url') return 'must be an http or https URL';
  return format === 'starts_with' ? 'must be an absolute path, beginning with /' : 'is not in the form expected';
}

/** `; did you mean ...?` where a known word lies near. */
export function meantText(written: unknown, known: readonly string[]): string {
  const meant = typeof written === 'string' ? nearest(written, known) : undefined;
  return meant === undefined ? '' : `; did you mean \`${meant}\`?`;
}
