import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { files, type FileState } from '../probes/files.ts';
import { stackNode } from './stack-view.ts';

/** A script that is missing is skipped without a word: the stack starts, and has no models. */
export const stackProvision = defineCheck({
  name: 'stack.provision',
  summary: 'The provision scripts of the stack are there and executable',
  layer: 'container',
  rule: 'Critical when a declared script is missing, no file, empty or not executable; unknown when the login user may not see it. Source: the "Common Issues" of the stack.',
  unseen: 'What the script does, and whether a container hands it to an interpreter.',
  subjects: (node) => (node.stack?.scripts.length ? stackNode(node) : []),
  needs: ({ scripts }, { become }) => ({ states: need(files, { paths: scripts, become }) }),
  evaluate({ states }): readonly Verdict[] {
    const all = Object.entries(states);
    const trouble = all.flatMap(([path, state]) => verdictOn(path, state) ?? []);
    if (trouble.length > 0) return trouble;
    return [{ status: 'ok', summary: `${count(all.length, 'provision script')}, there and executable.` }];
  },
});

function verdictOn(path: string, state: FileState): Verdict | undefined {
  const subject = `file:${path}`;
  const critical = (summary: string, say: string): Verdict => ({
    status: 'critical',
    subject,
    summary,
    restartHelps: 'after-fix',
    next: [{ say: `${say} Then run the init container again.` }],
  });
  if (!state.there) {
    if (state.errno !== 'ENOENT' && state.errno !== 'ENOTDIR')
      return {
        status: 'unknown',
        subject,
        summary: `Whether the provision script ${path} is there is not known: ${state.message} (${state.errno}).`,
      };
    return critical(
      `The provision script ${path} is missing: no models are provisioned.`,
      'Put it back from its repository.',
    );
  }
  if (state.type !== 'file')
    return critical(
      `The provision script ${path} is a ${state.type}: a mount made it where the file was missing.`,
      'Remove that and put the script there.',
    );
  if (state.size === 0)
    return critical(`The provision script ${path} is empty (0 B).`, 'Put it back from its repository.');
  if ((state.mode & 0o111) !== 0) return undefined;
  const mode = (state.mode & 0o7777).toString(8).padStart(4, '0');
  return critical(
    `The provision script ${path} is not executable (mode ${mode}): no models are provisioned.`,
    `Make it so: chmod +x ${path}.`,
  );
}
