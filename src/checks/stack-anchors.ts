import { defineCheck, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { familiesIn, fileUnknown, needFile, stackNode } from './stack-view.ts';

export const stackAnchors = defineCheck({
  name: 'stack.anchors',
  summary: 'The variants of a service are built on one anchor, so that a change reaches all of them',
  layer: 'container',
  rule: 'Degraded when a variant of a service with several is not merged (<<) from the anchor of the others. Source: the rules of the stack.',
  unseen: 'What a variant overrides, and what it shares by extending another service.',
  subjects: stackNode,
  needs: (stack, node) => ({ file: needFile(stack, node) }),
  evaluate({ file }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    const families = [...familiesIn(file, stack)].filter(([, variants]) => variants.length > 1);
    const trouble = families.flatMap(([name, variants]): Verdict[] => {
      const shared = variants[0]?.bases.find((base) => variants.every(({ bases }) => bases.includes(base)));
      if (shared !== undefined) return [];
      const apart = variants.filter(({ bases }) => bases.length === 0).map((each) => each.name);
      const said =
        apart.length > 0 ? `${apart.join(', ')} is written out on its own` : 'they are built on different ones';
      return [
        {
          status: 'degraded',
          subject: `stack:${name}`,
          summary: `The ${variants.length} variants of ${name} share no anchor: ${said}, so a change of one misses the others.`,
          next: [{ say: `Put what the variants of ${name} share in one anchor, and merge it into each with "<<".` }],
        },
      ];
    });
    if (trouble.length > 0) return trouble;
    if (families.length === 0) return [{ status: 'not_applicable', summary: 'No service of the stack has variants.' }];
    return [{ status: 'ok', summary: `${count(families.length, 'service')} with variants, each built on one anchor.` }];
  },
});
