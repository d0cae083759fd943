import { join } from 'node:path';
import { definePlaybook } from '../../src/core/playbook.ts';
import type { Node } from '../../src/core/node.ts';

/** A playbook that fills an empty file of each node; the file bears the name of the node. */
export const fillFile = (folder: string) =>
  definePlaybook({
    name: 'fill_file',
    title: 'Fill the file',
    summary: 'Fills an empty file.',
    symptoms: [{ check: 'node.files' }],
    diagnose: [{ asks: 'Does the file hold something?', checks: ['node.files'] }],
    remedies: [
      {
        name: 'fill',
        when: [{ check: 'node.files' }],
        because: '{finding}.',
        do: [{ action: 'test.put', args: { path: join(folder, '{node}'), text: 'well' } }],
      },
    ],
  });

/** What a process that rolls over nodes, and may be killed at it, is told. */
export interface RollingPlan {
  readonly folder: string;
  readonly nodes: readonly Node[];
  /** At the intent of the run of this number. */
  readonly killAt: number;
}

export const stateIn = (folder: string) => join(folder, 'state');
