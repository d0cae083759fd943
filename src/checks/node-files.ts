import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { files } from '../probes/files.ts';
import { fileVerdict } from './file-verdict.ts';

export const nodeFiles = defineCheck({
  name: 'node.files',
  summary: 'The files that the node must have are there',
  layer: 'storage',
  rule: 'Critical when a declared file is missing, of the wrong kind or on a broken filesystem; degraded when it is empty or a script that is not executable; unknown when the login user can not read it.',
  unseen: 'What the files hold.',
  subjects: (node) => (node.files.length === 0 ? [] : [{ id: 'node', value: node }]),
  needs: ({ files: paths, become }) => ({ states: need(files, { paths, become }) }),
  evaluate({ states }): Verdict | readonly Verdict[] {
    const bad = Object.entries(states).flatMap(([path, state]) => fileVerdict(path, state, undefined) ?? []);
    if (bad.length > 0) return bad;
    return { status: 'ok', summary: `${count(Object.keys(states).length, 'declared file')}, all there.` };
  },
});
