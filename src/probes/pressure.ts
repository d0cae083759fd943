import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

/** Percent of the last minute in which tasks waited for want of something: some of them, or all that had work. */
export interface Stall {
  readonly some: number;
  readonly full: number | null;
}

/** Null where the kernel does not count it. Source: Linux, Documentation/accounting/psi.rst. */
export interface Pressure {
  readonly cpu: Stall | null;
  readonly io: Stall | null;
  readonly memory: Stall | null;
}

export const pressure = defineProbe({
  name: 'node.pressure',
  summary: 'How long tasks of the whole machine waited for CPU, storage and memory in the last minute',
  *steps() {
    const [cpu, io, memory] = yield* askAll([
      read('/proc/pressure/cpu', { bytes: 512 }),
      read('/proc/pressure/io', { bytes: 512 }),
      read('/proc/pressure/memory', { bytes: 512 }),
    ] as const);
    return { cpu: stallIn(cpu), io: stallIn(io), memory: stallIn(memory) } satisfies Pressure;
  },
});

function stallIn(reply: ReadFound | FileTrouble): Stall | null {
  const text = fileTextIfAny(reply) ?? '';
  const minute = (kind: string): number | null => {
    const value = new RegExp(`^${kind} .*?\\bavg60=(\\d+\\.\\d+)`, 'm').exec(text)?.[1];
    return value === undefined ? null : Number(value);
  };
  const some = minute('some');
  return some === null ? null : { some, full: minute('full') };
}
