import { read } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { Exits, ServiceState } from '../core/service-manager.ts';
import { serviceManagers } from '../services/index.ts';
import type { ServiceInput } from './service-processes.ts';
import { serviceStates } from './service-states.ts';

/** A wait that a start script sets: `LLAMA_WAIT_SECONDS="${LLAMA_WAIT_SECONDS:-1800}"`. */
export interface ScriptWait {
  readonly path: string;
  readonly name: string;
  readonly seconds: number;
}

export interface ServiceExits {
  /** Null where the manager can't be asked, or leaves it out. */
  readonly state: ServiceState | null;
  /** Null where it has run for so long that nobody has to look, or nobody keeps a record. */
  readonly record: Exits | null;
  readonly scriptWaits: readonly ScriptWait[];
}

export interface ExitsInput extends ServiceInput {
  /** A service that is up for longer has not ended lately. */
  readonly settledSeconds: number;
  /** Start scripts to look for a wait in, where it has ended. */
  readonly scripts: readonly string[];
}

const most = 64;

export const serviceExits = defineProbe({
  name: 'service.exits',
  summary: 'When a service ended by itself, by the log of its manager',
  *steps({ manager, place, units, unit, settledSeconds, scripts }: ExitsInput): Asking<ServiceExits> {
    const answer = yield* serviceStates.steps({ manager, place, units });
    const state = answer.reachable ? (answer.services.find((each) => each.unit === unit) ?? null) : null;
    const asked = serviceManagers.find(({ name }) => name === manager);
    const isSettled = state?.state === 'running' && (state.uptimeSeconds ?? 0) >= settledSeconds;
    if (state === null || asked === undefined || isSettled) return { state, record: null, scriptWaits: [] };
    const record = yield* asked.exits(place, unit);
    const scriptWaits = record.exits.length < 2 || scripts.length === 0 ? [] : yield* waitsIn(scripts, place.become);
    return { state, record: { ...record, exits: record.exits.slice(-most) }, scriptWaits };
  },
});

const waitLine = /^\s*(?:export\s+|local\s+|readonly\s+)?(\w*WAIT\w*)=["']?(?:\$\{\w+:-)?(\d{1,6})\b/gim;

function* waitsIn(scripts: readonly string[], become: 'sudo' | undefined): Asking<readonly ScriptWait[]> {
  const replies = yield* askAll(scripts.map((path) => read(path, { bytes: 32_768, become })));
  return scripts.flatMap((path, index) => {
    const reply = replies[index];
    const text = reply === undefined ? '' : (fileTextIfAny(reply) ?? '');
    return [...text.matchAll(waitLine)].map(([, name = '', seconds]) => ({ path, name, seconds: Number(seconds) }));
  });
}
