import { carryOut, type Sent, type Which } from './carry-out.ts';
import type { Deed } from './plan-set.ts';
import { prove } from './prove.ts';
import { knownSignatures, type Ended, type Running } from './running.ts';

/** Sends one step one way, and proves it. Undefined: proven. Errors: as `carryOut` and `prove`. */
export async function doneOneWay(running: Running, which: Which, what: string, deed: Deed): Promise<Ended | undefined> {
  const sent = await carryOut(running.hands, which, deed);
  if (sent.how !== 'done') return notDone(what, sent);
  return await provenOneWay(running, which, what, { ...deed, before: deed.change.before });
}

/** Proves what was sent and done. Undefined: proven. */
export async function provenOneWay(
  { hands, findings: before }: Running,
  which: Which,
  what: string,
  deed: Omit<Parameters<typeof prove>[2], 'knownSignatures'>,
): Promise<Ended | undefined> {
  const known = knownSignatures({ findings: before });
  const { verified, isUntold, said, findings } = await prove(hands, which, { ...deed, knownSignatures: known });
  return verified ? undefined : { how: isUntold ? 'unknown' : 'not_verified', said: `${what} ${said}`, findings };
}

/** Nothing is sent twice by itself, not even what was seen not to be done. */
const notDone = (what: string, { how, said }: Sent): Ended =>
  how === 'unknown'
    ? { how, said: `${what} ${said}` }
    : { how: 'not_verified', said: `${what} ${how === 'failed' ? 'It failed: ' : ''}${said}` };
