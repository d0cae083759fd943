import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { accounts } from '../probes/accounts.ts';
import { amdDevices } from '../probes/amd-devices.ts';
import { gpuNodes } from '../probes/gpu-nodes.ts';
import { gpuPci } from '../probes/gpu-pci.ts';
import { deniedServices } from './device-access.ts';
import { gpuNode, otherMaker } from './gpu-node.ts';

/** On a node whose GPUs are of AMD; the graphics of a processor beside NVIDIA cards are not meant. Source: AMD's ROCm pages. */
export const amdPresent = defineCheck({
  name: 'amd.present',
  summary: 'AMD GPUs can be computed with: the compute driver is there, and GPU services may open it',
  layer: 'gpu',
  rule: "Critical when GPUs are wanted and /dev/kfd is missing, or when fewer answer than declared; degraded when the user of a GPU service may not open the devices. Source: AMD's ROCm pages.",
  unseen: 'Whether ROCm works; access lists, and users that /etc/passwd of the node does not name.',
  subjects: gpuNode,
  needs: () => ({
    pci: need(gpuPci, {}),
    amd: need(amdDevices, {}),
    nodes: need(gpuNodes, {}),
    accounts: need(accounts, {}),
  }),
  evaluate({ pci, amd, nodes, accounts: users }, node): readonly Verdict[] {
    const cards = pci.gpus.filter(({ vendor }) => vendor === 'amd').length;
    const isMeant = otherMaker(pci) || (pci.gpus.length === 0 && amd.compute);
    if (!isMeant) return [{ status: 'not_applicable', summary: 'This node works with no AMD GPU.' }];
    const isWanted = node.gpus !== 'auto' || node.services.some(({ gpu }) => gpu);
    if (!amd.compute) {
      if (!isWanted)
        return [{ status: 'not_applicable', summary: 'An AMD GPU is there, but nothing is to compute with it.' }];
      return [
        {
          status: 'critical',
          summary: `/dev/kfd is missing: programs can not compute with the ${count(cards, 'AMD GPU')} on the PCI bus.`,
          restartHelps: 'after-fix',
          next: [
            {
              say: 'On a machine load amdgpu and see the kernel log; a container needs the devices /dev/kfd and /dev/dri.',
            },
          ],
        },
      ];
    }
    const found = Math.max(amd.gpus.length, cards);
    const denied = deniedServices(node, users, nodes.rocm);
    if (node.gpus !== 'auto' && amd.source !== null && amd.gpus.length < node.gpus)
      return [
        {
          status: 'critical',
          summary: `${count(amd.gpus.length, 'AMD GPU')} of the ${node.gpus} declared answer.`,
          restartHelps: 'no',
          next: [{ say: 'Look for amdgpu lines in the kernel log; drain the node and reboot it.' }],
        },
        ...denied,
      ];
    return denied.length > 0
      ? denied
      : [{ status: 'ok', summary: `${count(found, 'AMD GPU')} and the compute driver are there.` }];
  },
});
