import { setTimeout as pause } from 'node:timers/promises';
import type { Command, Reply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Session } from '../core/session.ts';
import type { ChangeStores } from './change-stores.ts';
import type { Hands, Look } from './hands.ts';
import type { Journal } from './journal-write.ts';
import type { NodeLock } from './node-lock.ts';
import { vitalsNoter } from './note-vitals.ts';
import { isCut } from './patiently.ts';
import { mustGoOn } from './stop-run.ts';

/** Longer than a command may take: until then nobody else gets the lock. */
const leaseMarginSeconds = 15;
/** While nothing is sent, the lock is kept by asking for it so often. */
const holdMs = 10_000;

interface Work extends Pick<ChangeStores, 'evidence' | 'folder' | 'vitals'> {
  readonly run: string;
  readonly node: Node;
  readonly look: Look;
  readonly session: Session;
  readonly lock: NodeLock;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  say(message: string): void;
}

/** Hands that hold the lock of a node. */
export function handsOn({
  run,
  folder,
  node,
  look,
  session,
  lock,
  journal,
  evidence,
  vitals,
  signal,
  say,
}: Work): Hands {
  let heldAt = performance.now();
  const noteVitals = vitalsNoter({ node, look, journal }, vitals);
  return {
    node,
    look,
    journal,
    async send(command: Command<'change'>) {
      const leaseSeconds = Math.ceil(command.deadlineMs / 1_000) + leaseMarginSeconds;
      const fenced = { ...command, fence: { token: lock.token, leaseSeconds } };
      const reply: Reply = await session.ask(fenced, signal);
      heldAt = performance.now();
      const id = evidence.record({ node: node.name, bootId: 'not asked', probe: 'change', ask: command.ask, reply });
      return { reply, id };
    },
    keep: (ids) => evidence.save(ids),
    async hold() {
      await mustGoOn(folder, run);
      noteVitals();
      if (performance.now() - heldAt < holdMs) return;
      try {
        await lock.renew(signal);
        heldAt = performance.now();
      } catch (thrown) {
        // While the node is gone nothing is sent; when it is back, it tells whose the lock is then.
        if (!isCut(thrown)) throw thrown;
      }
    },
    say,
    pause: async (ms) => {
      await pause(ms, undefined, { signal }).catch((cause: unknown) => {
        throw new OpsError('CANCELLED', 'Cancelled.', { cause });
      });
    },
  };
}
