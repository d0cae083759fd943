import { z } from 'zod';
import { risks } from './risk.ts';
import { safeName } from './service.ts';

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'fish', 'csh', 'tcsh']);
const takesWord = /^[-+][oO]$|^--(?:rcfile|init-file)$/;

/** Where words hand a shell a program as text; undefined where they do not. A script by its path is no such text. */
export function inlineProgram(words: readonly string[]): number | undefined {
  const start = words.findIndex((word) => shells.has(word.slice(word.lastIndexOf('/') + 1)));
  if (start < 0) return undefined;
  for (let at = start + 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (/^-[A-Za-z]*c[A-Za-z]*$|^--command(?:=|$)/.test(word)) return at;
    if (word === '--' || !/^[-+]./.test(word)) return undefined;
    if (takesWord.test(word)) at += 1;
  }
  return undefined;
}

const words = z
  .array(z.string().regex(/^[^\0]*$/, 'must hold no NUL'))
  .min(1, 'must hold at least the program')
  .check(({ value, issues }) => {
    if (value[0] !== undefined && !/^[^-\s]/.test(value[0]))
      issues.push({ code: 'custom', message: 'must be a program', input: value, path: [0] });
    const at = inlineProgram(value);
    const message = 'hands a shell a program as text; write that into a file on the node, and name the file here';
    if (at !== undefined) issues.push({ code: 'custom', message, input: value, path: [at] });
  });

export const siteCommandSchema = z.strictObject({
  words: words.describe('A program and its arguments, each a word of its own; never a line for a shell'),
  risk: z
    .enum(risks)
    .default('approve')
    .describe('safe: automation may; approve: needs an approval; person: never run'),
  undo: safeName.optional().describe('The command of this node that takes it back'),
  seconds: z.int().min(1).max(86_400).default(600).describe('It is ended when it takes longer'),
  become: z.enum(['sudo']).optional().describe('Run it as root, through sudo -n'),
  service: safeName.optional().describe('The service of this node that must be well afterwards'),
  files: z
    .array(z.string().startsWith('/', 'must be an absolute path on the node'))
    .default([])
    .describe('Files that must be there afterwards, and not empty'),
  why: z.string().min(1, 'must not be empty').optional().describe('Shown to whoever approves it'),
});
/** Something of this site that can be done to a node, as the fleet file declares it. */
export type SiteCommand = z.infer<typeof siteCommandSchema>;
