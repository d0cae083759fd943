import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import { logTail } from '../../src/tools/log-tail.ts';
import type { Farm } from './farm.ts';
import { compared, ratioFigure, type Figure } from './measure.ts';
import { startMaster } from './openssh.ts';

const mebibytes = 5_120;

/** Bytes that this process has read, from sockets too. Source: proc(5). */
const bytesRead = () => Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

/** The last 200 lines of a log of 5 GB, all of it written. */
export async function largeLog(farm: Farm): Promise<readonly Figure[]> {
  const log = join(farm.folder, 'large.err');
  const line = `${'2026-11-21T10:00:00Z INFO request served in 12 ms'.padEnd(127)}\n`;
  const handle = openSync(log, 'w');
  for (let written = 0; written < mebibytes; written += 1) writeSync(handle, line.repeat(8_192));
  closeSync(handle);
  const fleet = join(farm.folder, 'large.yaml');
  const [first] = readFileSync(farm.fleet, 'utf8').split(/^ {2}n2:/m);
  writeFileSync(fleet, `${first}`.replace(farm.logs[2] ?? '', log));
  const app = await createApp({ fleetPath: fleet });
  const { signal } = new AbortController();
  const tail = () => app.call(logTail, { node: 'n1', file: log, lines: 200 }, { signal, onProgress: () => undefined });
  const master = await startMaster(farm);
  const figure = await compared(15, tail, () => master.run(`tail -n 200 ${log}`));
  const before = bytesRead();
  await tail();
  const bytes = bytesRead() - before;
  await app.close();
  await master.stop();
  rmSync(log);
  return [
    ratioFigure('`log_tail` of 200 lines of a 5 GB log, against ControlMaster `ssh host tail -n 200`', 1, figure),
    {
      figure: 'bytes that it reads',
      goal: '≤ 1 MiB',
      seen: `${(bytes / 1_024).toFixed(0)} KiB`,
      reached: bytes <= 1_048_576,
    },
  ];
}
