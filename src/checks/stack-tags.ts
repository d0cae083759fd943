import { defineCheck, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { StackService } from '../probes/stack-service.ts';
import { familiesIn, fileUnknown, needFile, stackNode } from './stack-view.ts';

/** Two profiles that run another version of a service answer differently, and nobody looks for that in the profile. */
export const stackTags = defineCheck({
  name: 'stack.tags',
  summary: 'The variants of a service have the same image and tag in all profiles, but for AMD',
  layer: 'container',
  rule: 'Degraded when two variants of a service differ in their image or its tag; a variant that asks for AMD devices, or whose tag names rocm, may. Source: the rules of the stack.',
  unseen: 'What a tag led to when its image was fetched, and variants that are not called alike.',
  subjects: stackNode,
  needs: (stack, node) => ({ file: needFile(stack, node) }),
  evaluate({ file }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    const families = [...familiesIn(file, stack)].map(([name, all]) => [name, all.filter(isPlain)] as const);
    const trouble = families.flatMap(([name, variants]): Verdict[] => {
      const images = [...new Set(variants.map(imageOf))];
      if (images.length < 2) return [];
      const those = (image: string) => variants.filter((each) => imageOf(each) === image).map((each) => each.name);
      const said = images.map((image) => `${image} in ${those(image).join(', ')}`);
      return [
        {
          status: 'degraded',
          subject: `stack:${name}`,
          summary: `${name} runs another image in another profile: ${said.join('; ')}.`,
          next: [
            { say: `Give all variants of ${name} one image, in the anchor that they share; only AMD needs its own.` },
          ],
        },
      ];
    });
    if (trouble.length > 0) return trouble;
    if (families.length === 0) return [{ status: 'not_applicable', summary: 'No service of the stack has a profile.' }];
    const summary = `${count(families.length, 'service')} with one image in all profiles, but for AMD.`;
    return [{ status: 'ok', summary }];
  },
});

const isPlain = ({ asks, image }: StackService): boolean => asks !== 'amd' && !/rocm/i.test(image ?? '');

/** A name without a tag means `latest`; a port of a registry is none. */
const imageOf = ({ image }: StackService): string => {
  if (image === null) return 'no image';
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
};
