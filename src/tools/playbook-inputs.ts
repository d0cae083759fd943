import { z } from 'zod';
import type { Playbook } from '../core/playbook.ts';
import { nodesInput, serviceInput, type Ops } from '../core/tool.ts';
import { inputsOf, playbookNamed, serviceFor } from '../play/find-playbook.ts';
import type { Play } from '../play/on-node.ts';
import { playbooks } from '../playbooks/index.ts';

/** Inputs of the tools that put a playbook to nodes. */
export const playbookInputs = {
  playbook: z.string().describe('Its name; another lists them'),
  nodes: nodesInput,
  service: serviceInput,
  with: z.array(z.string()).default([]).describe('name=value'),
  why: z.string().default('').describe('For the record'),
};

/** Those of the program, and those of the fleet. */
export const allPlaybooks = (ops: Pick<Ops, 'fleet'>): readonly Playbook[] => [...playbooks, ...ops.fleet.playbooks];

/** One playbook on each node meant. Errors: `USAGE`, `UNKNOWN_NODE`, `UNKNOWN_SERVICE`. */
export function plays(
  ops: Ops,
  input: {
    readonly playbook: string;
    readonly nodes: readonly string[];
    readonly service?: string | undefined;
    readonly with: readonly string[];
    readonly why: string;
  },
): readonly Play[] {
  const playbook = playbookNamed(input.playbook, allPlaybooks(ops), ops.fleet.brokenPlaybooks);
  const inputs = inputsOf(playbook, input.with);
  return ops
    .nodes(input.nodes)
    .map((node) => ({ playbook, node, service: serviceFor(playbook, node, input.service), inputs, why: input.why }));
}
