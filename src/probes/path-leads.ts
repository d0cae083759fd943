import { defineProbe, inStep } from '../core/probe.ts';
import { insidePath } from './inside-path.ts';

interface Input {
  readonly paths: readonly string[];
  readonly become?: 'sudo' | undefined;
}

/** Where a path of the node ends when all links are followed; null where that is not there. */
export type Leads = { readonly path: string | null } | { readonly errno: string };

const theNode = [{ inside: '/', path: '/', writable: true }];

export const pathLeads = defineProbe({
  name: 'path.leads',
  summary: 'Where paths end when their links are followed',
  *steps({ paths, become }: Input) {
    const targets = yield* inStep(paths.map((path) => insidePath(theNode, path, become)));
    const leads = targets.map((target): Leads => {
      if (target.state === 'unseen') return { errno: target.errno };
      return { path: target.state === 'found' ? target.path : null };
    });
    return Object.fromEntries(paths.map((path, index) => [path, leads[index] ?? { path: null }]));
  },
});
