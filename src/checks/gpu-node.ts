import { theNode, type Subject, type Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';

/** The node, but one that is declared to have no GPU. */
export const gpuNode = (node: Node): readonly Subject<Node>[] => (node.gpus === 0 ? [] : theNode(node));

/** On a node whose GPUs are not declared and that shows none. */
export const noGpu: Verdict = { status: 'not_applicable', summary: 'No NVIDIA driver and no nvidia-smi on this node.' };
