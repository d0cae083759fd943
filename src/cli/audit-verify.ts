import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import type { AuditState } from '../engine/audit-verify.ts';
import { oneLine } from '../text/one-line.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { complain, print, stdoutPage } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({
  head: z.string().optional().describe('One that an earlier verify printed: what was there then must still be there'),
});

export const auditVerify: Command = {
  words: 'audit verify',
  title: 'Tell whether the audit is as it was written',
  about:
    'Reads every file of the audit and says which is altered, shortened or gone: exit 0 when it is whole, 2 when it is not. Prints a head to note elsewhere, with which a later verify proves that all up to now is still there. Without a noted head, what was written last can be cut off unseen, and so can all of it be written anew by a program.',
  flags: () => flagsOf(input),
  positional: [],
  async run(values, { app, json }) {
    const { head: noted } = typed(input, values);
    if (noted !== undefined && !/^[0-9a-f]{64}$/.test(noted))
      throw new OpsError('USAGE', '--head takes the 64 hex digits that an earlier verify printed.');
    const { head, ...state } = await (await app()).audit.verify(noted);
    const isWhole = state.troubles.length === 0;
    if (json) print(JSON.stringify({ whole: isWhole, head, ...state }, undefined, 2));
    else print(isWhole ? wholeText(state, head) : brokenText(state));
    if (isWhole && state.files > 0 && head === undefined)
      complain('No head could be written down: look at the disk, and at who may write to the folder of the state.');
    return isWhole ? 0 : 2;
  },
};

function wholeText(
  { files, looks, questions, changes, open, pruned, torn }: AuditState,
  head: string | undefined,
): string {
  if (files === 0) return 'There is no audit yet: nothing was put to a node.';
  const { paint } = stdoutPage();
  return [
    `${paint('bold', 'WHOLE')}  ${count(files, 'file')}: ${count(looks, 'look')} with ${count(questions, 'question')}, ${count(changes, 'change')}${open === 0 ? '' : `, ${open} of which nobody wrote how it ended`}.`,
    ...(pruned === 0 ? [] : [`${count(pruned, 'older file')} of looks were removed for room, as is written down.`]),
    ...torn.map((file) => `${file}: the last line is torn: its process was ended while it wrote, or still writes.`),
    ...(head === undefined
      ? []
      : [
          `head  ${head}`,
          'Note it elsewhere. Later, with --head and it, verify tells whether all up to now still stands.',
        ]),
  ].join('\n');
}

function brokenText({ troubles }: AuditState): string {
  const { paint } = stdoutPage();
  return [
    paint('bold', 'BROKEN'),
    ...troubles.map(({ file, line, why }) => oneLine(`${file}${line === undefined ? '' : ` line ${line}`}: ${why}.`)),
  ].join('\n');
}
