import { statSync, utimesSync } from 'node:fs';
import { alterByRun } from '../../src/core/alter.ts';
import { captured } from '../../src/core/capture.ts';
import type { Session } from '../../src/core/session.ts';
import { takeNodeLock } from '../../src/engine/node-lock.ts';
import { testNode } from './node.ts';

export const inRun = '/run/lock/rackhand.lock';
export const inTmp = '/tmp/rackhand.lock';
export const leaseSeconds = 120;
const node = testNode();

export const take = (session: Session, more: Partial<Parameters<typeof takeNodeLock>[0]> = {}) =>
  takeNodeLock({ session, node, owner: 'alice@laptop', run: 'r-7', leaseSeconds, ...more });

/** Whether a change behind the token ran. Errors: why it did not. */
export async function runs(session: Session, token: string): Promise<boolean> {
  const said = await session.ask({ ...alterByRun(['echo', 'ran']), fence: { token, leaseSeconds } });
  return captured(said.stdout) === 'ran\n';
}

export const leaseLeft = (path: string): number => (statSync(path).mtimeMs - Date.now()) / 1_000;

/** As if the lease had run out a minute ago. */
export function letRunOut(path: string): void {
  const now = Date.now() / 1_000;
  utimesSync(path, now, now - 60);
}
