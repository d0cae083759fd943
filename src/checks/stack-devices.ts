import { defineCheck, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { StackService } from '../probes/stack-service.ts';
import { fileUnknown, needFile, stackNode } from './stack-view.ts';

export const stackDevices = defineCheck({
  name: 'stack.devices',
  summary: 'No service of the stack is bound to the path or number of one GPU',
  layer: 'container',
  rule: 'Degraded when a service maps a numbered device file (/dev/nvidia0, /dev/dri/renderD128) or asks for a GPU by its number; /dev/kfd, all of /dev/dri, and ids that stay with the card are well. Source: the rules of the stack.',
  unseen: 'Numbers in the environment, as CUDA_VISIBLE_DEVICES.',
  subjects: stackNode,
  needs: (stack, node) => ({ file: needFile(stack, node) }),
  evaluate({ file }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    const trouble = file.services.flatMap((service): Verdict[] => {
      const [paths, numbers] = [service.devices.filter(isOneCard), service.deviceIds.filter((id) => /^\d+$/.test(id))];
      if (paths.length + numbers.length === 0) return [];
      const said = [
        ...(paths.length > 0 ? [`maps ${paths.join(', ')}`] : []),
        ...(numbers.length > 0 ? [`asks for GPU ${numbers.join(', ')} by number`] : []),
      ];
      return [
        {
          status: 'degraded',
          subject: `stack:${service.name}`,
          summary: `${service.name} ${said.join(' and ')}: after a reboot or a lost card that is another GPU, or none.`,
          next: [{ say: instead(service) }],
        },
      ];
    });
    if (trouble.length > 0) return trouble;
    const many = file.services.filter(({ asks }) => asks !== null).length;
    return many === 0
      ? [{ status: 'not_applicable', summary: 'No service of the stack asks for a GPU.' }]
      : [{ status: 'ok', summary: `${count(many, 'service')} with GPUs, none bound to the path or number of one.` }];
  },
});

const isOneCard = (path: string): boolean =>
  /^\/dev\/(?:nvidia\d+|dri\/(?:renderD|card)\d+)$|^nvidia\.com\/gpu=\d+$/.test(path);

const instead = ({ asks }: StackService): string =>
  asks === 'amd'
    ? 'Map /dev/kfd and the whole of /dev/dri instead.'
    : 'Ask for the GPUs with a reservation of the driver nvidia (count: all), or by the id of the card (GPU-...) where it must be that one.';
