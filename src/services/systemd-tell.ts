import { order, type Order, type Outcome } from '../core/action.ts';
import type { ExecReply } from '../core/command.ts';
import { known, type Asking } from '../core/probe.ts';
import { bothOutputs } from '../core/reply.ts';
import type { ManagerPlace, Untold, Verb } from '../core/service-manager.ts';
import { alterFound } from './program-path.ts';
import { told, unsure } from './told.ts';

/** Units of other kinds, as a target or a slice, move much more than one service. Source: systemd.unit(5). */
const otherKinds = /\.(?:socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;
/** What systemctl takes for a pattern of names, for a path or for an option is the name of no service. */
const oneName = /^(?!-)[A-Za-z0-9:_.\\@-]+$/;

/** It waits until systemd has done what was asked or has given up; what was asked lives in systemd, not in systemctl. */
const deadlineMs = 180_000;

/** A job goes on without the systemctl that asked for it. Source: DefaultTimeoutStopSec, systemd-system.conf(5). */
const lingersMs = 90_000;

/** One job of systemd for one service. */
export function* systemdTell({ become }: ManagerPlace, unit: string, verb: Verb): Asking<Order | Untold> {
  yield* known(undefined);
  if (!oneName.test(unit)) return { untold: `${unit} is the name of no unit of systemd.` };
  if (otherKinds.test(unit)) return { untold: `${unit} is a unit of systemd and no service.` };
  const command = alterFound(['systemctl', '--no-ask-password', verb, '--', unit], { become, deadlineMs, lingersMs });
  return order(command, (reply) => outcomeOf(reply, verb));
}

/** Source: systemctl(1) and systemd.exec(5), exit status: 5 is a unit that is not loaded, 4 is no privilege. */
function outcomeOf(reply: ExecReply, verb: Verb): Outcome {
  const said = bothOutputs(reply);
  if (reply.exitCode === null) throw unsure('systemd', verb, `systemctl was ended by ${reply.signal ?? 'someone'}`);
  return reply.exitCode === 0
    ? told('done', said || `systemctl ${verb} ended with 0`)
    : told('failed', said || `systemctl ${verb} ended with ${reply.exitCode}`);
}
