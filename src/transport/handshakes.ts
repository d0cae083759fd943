import { setTimeout as pause } from 'node:timers/promises';

const atOnce = 8;
const attempts = 8;

/** sshd drops connections at random beyond its MaxStartups, before it says a word. */
export class DroppedBeforeHandshake extends Error {}

interface Gate {
  busy: number;
  readonly waiting: (() => void)[];
}

/** Lets at most 8 handshakes run per sshd address, and tries again, ever later and at random, when sshd drops one. */
export function createHandshakes() {
  const gates = new Map<string, Gate>();

  async function enter(address: string): Promise<Gate> {
    const gate = gates.get(address) ?? { busy: 0, waiting: [] };
    gates.set(address, gate);
    if (gate.busy < atOnce) gate.busy += 1;
    // The one who leaves hands its place on, so `busy` stays as it is.
    else await new Promise<void>((resolve) => gate.waiting.push(resolve));
    return gate;
  }

  function leave(address: string, gate: Gate): void {
    const next = gate.waiting.shift();
    if (next) return next();
    gate.busy -= 1;
    if (gate.busy === 0) gates.delete(address);
  }

  /** Errors: whatever `handshake` throws; a drop only after eight attempts. */
  return async function limited<T>(address: string, handshake: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const gate = await enter(address);
      try {
        signal.throwIfAborted();
        return await handshake();
      } catch (error) {
        if (!(error instanceof DroppedBeforeHandshake) || attempt === attempts) throw error;
      } finally {
        leave(address, gate);
      }
      await pause(2 ** attempt * 15 * (0.5 + Math.random()), undefined, { signal });
    }
  };
}
