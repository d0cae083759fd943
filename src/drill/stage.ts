import { setTimeout as pause } from 'node:timers/promises';
import { OpsError } from '../core/errors.ts';
import type { Fault } from '../../sandbox/fault.ts';
import { startSandbox, type Sandbox } from '../../sandbox/index.ts';
import { bringDevice } from '../../sandbox/machine.ts';
import { programOn, runsOf, type Program, type Told } from './program.ts';
import { standingOf, type Standing } from './score.ts';

const patienceMs = 60_000;
/** A service counts as young for two seconds in a sandbox. */
const youngMs = 2_500;

/** A sandbox whose fault shows, and how it stood before anybody worked on it. */
export interface Stage {
  readonly fault: Fault;
  readonly sandbox: Sandbox;
  /** As whoever works on it is given it. */
  readonly rackhand: Program;
  readonly before: Standing;
  /** What was done before through Rackhand itself: the run that is to be taken back. */
  readonly run: string | undefined;
  /** Whether all that the fault broke is well, by a triage. */
  isFine(report: Told): Promise<boolean>;
}

/** Plants a fault and waits until it shows. Errors: where it does not; nothing stays behind then. */
export async function setStage(fault: Fault, program: string, { asks }: { readonly asks: boolean }): Promise<Stage> {
  const sandbox = await startSandbox({ fault, asks: false, ownKernel: true });
  try {
    const rackhand = programOn(sandbox, program, 'state');
    await settled(sandbox, fault);
    const original = await standingOf(sandbox);
    if (fault.blind !== undefined) await bringDevice(sandbox.place.machine);
    await fault.after?.(sandbox.place);
    const done = fault.done?.(sandbox.place);
    if (done !== undefined) {
      await rackhand.report(...done, '--yes');
      await pause(youngMs);
    }
    const [last] = done === undefined ? [] : await runsOf(rackhand);
    if (done !== undefined && last?.state !== 'verified') throw new Error(`${fault.name} could not be planted.`);
    if (asks) await sandbox.approves(true);
    const { restores } = fault;
    return {
      fault,
      sandbox,
      rackhand,
      before: await standingOf(sandbox),
      run: last?.run,
      async isFine(report) {
        if (restores !== undefined && (await standingOf(sandbox)).files[restores] !== original.files[restores])
          return false;
        return isWell(report);
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

/** Until the services show what they will: all of them run but what was stopped, and what crashes has done so. */
async function settled({ services }: Sandbox, { flaps, stops }: Fault): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const states = await services();
    const isSettled = states.every(({ name, status, restarts }) =>
      name === flaps ? restarts >= 2 : status === (name === stops ? 'stopped' : 'online'),
    );
    if (isSettled) return states.length === 0 ? undefined : await pause(youngMs);
    if (Date.now() > until) throw new Error(`The sandbox does not settle: ${JSON.stringify(states)}`);
    await pause(200);
  }
}

/** How the machine fares that the sandbox runs on is none of its faults. */
export const ofSandbox = ({ findings }: Told): Told['findings'] =>
  findings.filter(({ subject }) => /^(?:service|model|gpu|pci|log):/.test(subject));

/** What stays told for hours after it is over: that a service crashed, and what the kernel wrote. */
const lasting = ['service.flap', 'gpu.xid'];

const isWell = (report: Told): boolean =>
  !report.findings.some(({ check }) => check === 'node.reach') &&
  ofSandbox(report).every(({ check, status }) => lasting.includes(check) && status === 'degraded');

/** Errors: `CANCELLED` when somebody stops it. */
export async function waited(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {
    throw new OpsError('CANCELLED', 'The drill was stopped; nothing of it is left.');
  });
}

/** Whether something stays so for so many seconds. */
export async function stays(isSo: () => Promise<boolean>, seconds: number, signal: AbortSignal): Promise<boolean> {
  const until = Date.now() + seconds * 1_000;
  for (;;) {
    if (!(await isSo())) return false;
    if (Date.now() >= until) return true;
    await waited(Math.max(1, Math.min(10_000, until - Date.now())), signal);
  }
}
