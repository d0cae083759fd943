import { read } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { defineProbe } from '../core/probe.ts';
import { fileText } from '../core/reply.ts';

/** Host memory in bytes; without swap both swap figures are 0. Source: proc(5). */
export interface Memory {
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
}

export const memory = defineProbe({
  name: 'node.memory',
  summary: 'Host memory as the kernel counts it',
  command: () => read('/proc/meminfo', { bytes: 4096 }),
  parse: (reply): Memory => {
    const text = fileText(reply, '/proc/meminfo');
    const bytes = (key: string) =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
    const totalBytes = bytes('MemTotal');
    const availableBytes = bytes('MemAvailable');
    if (Number.isNaN(totalBytes + availableBytes))
      throw new OpsError('OUTPUT_UNREADABLE', '/proc/meminfo names no MemTotal and MemAvailable');
    return {
      totalBytes,
      availableBytes,
      swapTotalBytes: bytes('SwapTotal') || 0,
      swapFreeBytes: bytes('SwapFree') || 0,
    };
  },
});
