import { theNode, type Subject } from '../core/check.ts';
import type { Node } from '../core/node.ts';

/** The node, but one that is declared to have no GPU. */
export const gpuNode = (node: Node): readonly Subject<Node>[] => (node.gpus === 0 ? [] : theNode(node));
