import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { gitCover, type GitCover } from '../probes/git-cover.ts';
import { fileUnknown, stackNode } from './stack-view.ts';

/** Trap: a pattern that is added later does not drop what git keeps already. */
export const stackGit = defineCheck({
  name: 'stack.git',
  summary: 'Models of the stack are not kept in git: their folders lie outside of a work tree, or are ignored there',
  layer: 'container',
  rule: 'Degraded when git keeps a model file, or when a folder that a container writes models to lies in a work tree and is not ignored; unknown when a pattern is not understood. Source: gitignore(5).',
  unseen: 'Patterns of a user or of the machine, branches that are not checked out, and linked work trees.',
  subjects: stackNode,
  needs: ({ file: path }, { become }) => ({ covers: need(gitCover, { path, become }) }),
  evaluate({ covers }, stack): readonly Verdict[] {
    if (covers === null) return [fileUnknown(stack)];
    const trouble = covers.flatMap((cover) => verdictOn(cover) ?? []);
    if (trouble.length > 0) return trouble;
    if (covers.length === 0)
      return [
        { status: 'not_applicable', summary: 'No container of the stack is given a folder of the node to write to.' },
      ];
    return [
      {
        status: 'ok',
        summary: `${count(covers.length, 'folder')} that containers write to, none of which git would keep.`,
      },
    ];
  },
});

function verdictOn({ path, root, cover, tracked }: GitCover): Verdict | undefined {
  if (root === null) return undefined;
  const subject = `stack:${path}`;
  if (tracked !== null && tracked.length > 0)
    return {
      status: 'degraded',
      subject,
      summary: `git keeps models in ${root}: ${tracked.join(', ')}.`,
      next: [
        {
          say: 'Take them out of the index (git rm --cached), ignore their folder, and see that no history was pushed.',
        },
      ],
    };
  if (cover.ignored === 'yes') return undefined;
  if (cover.ignored === 'unclear')
    return {
      status: 'unknown',
      subject,
      summary: `Whether git ignores ${path} is not known: a pattern on its way is not understood here.`,
      next: [{ say: `Ask git on the node: git -C ${root} check-ignore -v ${path}.` }],
    };
  return {
    status: 'degraded',
    subject,
    summary: `${path} lies in the git work tree ${root} and is not ignored: the next "git add" takes the models in.`,
    next: [{ say: `Ignore it in ${root}/.gitignore, or store the models in a volume.` }],
  };
}
