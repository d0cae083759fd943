import { captured } from '../core/capture.ts';
import type { HttpAnswer } from '../core/command.ts';
import { ask, type Asking } from '../core/probe.ts';
import { remembered } from '../core/remembered.ts';
import { isRecord } from './record.ts';
import type { SupervisorAddress } from './supervisor-config.ts';
import { askSupervisord, xmlRpcAnswer } from './supervisor-xml-rpc.ts';

/** A program as supervisord has read it. Source: getAllConfigInfo of supervisord 4.2.5. */
export type Row = Readonly<Record<string, unknown>>;

/** Undefined where it can't be asked by XML-RPC: supervisorctl would have to be made to reread. */
export function* programsLoaded(
  address: SupervisorAddress,
  become: 'sudo' | undefined,
): Asking<readonly Row[] | undefined> {
  const reply = yield* ask(askSupervisord('getAllConfigInfo', address, become));
  return !reply.ok || reply.status !== 200 || reply.body.omittedBytes > 0 ? undefined : rowsIn(reply);
}

/** Read once, however many programs are compared. */
const rowsIn = remembered(({ body }: HttpAnswer): readonly Row[] | undefined => {
  const answer = xmlRpcAnswer(captured(body));
  return answer.ok && Array.isArray(answer.value) ? answer.value.filter((row) => isRecord(row)) : undefined;
});
