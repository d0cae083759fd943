import { theNode, type Subject, type Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { PciGpus } from '../probes/gpu-pci.ts';

/** The node, but one that is declared to have no GPU. */
export const gpuNode = (node: Node): readonly Subject<Node>[] => (node.gpus === 0 ? [] : theNode(node));

/** On a node whose GPUs are not declared and that shows none. */
export const noGpu: Verdict = { status: 'not_applicable', summary: 'No NVIDIA driver and no nvidia-smi on this node.' };

/** On a node that has GPUs, but of another maker. */
export const notNvidia: Verdict = { status: 'not_applicable', summary: 'The GPUs of this node are not of NVIDIA.' };

/** Whether the GPUs that drivers hold are all of another maker than NVIDIA; a chip that only draws a console is none. */
export const otherMaker = ({ gpus }: PciGpus): boolean =>
  gpus.some(({ driver }) => driver === 'amdgpu') && gpus.every(({ vendor }) => vendor !== 'nvidia');
