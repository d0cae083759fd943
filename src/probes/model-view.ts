import { stat, type FileTrouble, type StatFound } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import type { ModelFileInput } from './model-file.ts';
import { serviceStates, type StatesInput } from './service-states.ts';

type Sight = { readonly size: number; readonly mtimeMs: number } | { readonly errno: string };

/** How a model looks from inside the process of its service. */
export type ModelView =
  /** Nothing runs, or its process may not be looked into. */
  | { readonly state: 'none' | 'closed' }
  /** It sees the same mounts as the login user. */
  | { readonly state: 'same' }
  | {
      readonly state: 'apart';
      readonly pid: number;
      readonly here: Sight;
      readonly there: Sight;
      /** A link is followed outside of that view, so what is missing there is not proven. */
      readonly linked: boolean;
    };

export interface ModelViewInput extends ModelFileInput {
  readonly states: StatesInput;
  readonly unit: string;
}

/** A unit with mounts of its own, or a container, may lack what the node shows, and a mount that came after it started. */
export const modelView = defineProbe({
  name: 'model.view',
  summary: 'Whether a running service sees the file of its model as the node does',
  *steps({ path, become, states, unit }: ModelViewInput): Asking<ModelView> {
    const answer = yield* serviceStates.steps(states);
    const pid = answer.reachable ? (answer.services.find((each) => each.unit === unit)?.pid ?? null) : null;
    if (pid === null) return { state: 'none' };
    const [own, theirs] = yield* askAll([
      stat('/proc/self/ns/mnt', { become }),
      stat(`/proc/${pid}/ns/mnt`, { become }),
    ] as const);
    if (own.link === undefined || theirs.link === undefined) return { state: 'closed' };
    if (own.link === theirs.link) return { state: 'same' };
    const here = yield* ask(stat(path, { become }));
    const there = yield* ask(stat(`/proc/${pid}/root${path}`, { become }));
    if (!there.ok && (there.errno === 'EACCES' || there.errno === 'EPERM')) return { state: 'closed' };
    return { state: 'apart', pid, here: sight(here), there: sight(there), linked: here.link !== undefined };
  },
});

const sight = (reply: StatFound | FileTrouble): Sight =>
  reply.ok ? { size: reply.size, mtimeMs: reply.mtimeMs } : { errno: reply.errno };
