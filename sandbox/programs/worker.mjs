import { readFileSync } from 'node:fs';
import { endWithParent } from './end-with-parent.mjs';
import { openGpu } from './gpu-memory.mjs';

// A worker with nothing to do: it says that it is alive and waits.
endWithParent();
const [settings] = process.argv.slice(2);
const atOnce = Number(/^TASKS_AT_ONCE=(.*)$/m.exec(readFileSync(settings, 'utf8'))?.[1]);
const log = (line) => process.stdout.write(`${new Date().toISOString()} INFO worker: ${line}\n`);
if (!(atOnce >= 1)) {
  process.stderr.write(
    `${new Date().toISOString()} ERROR worker: TASKS_AT_ONCE in ${settings} is no number from 1 on\n`,
  );
  process.exit(1);
}
log(`started, pid ${process.pid}`);
log(`waiting for tasks, ${atOnce} at once, on the ${openGpu() ? 'GPU' : 'CPU'}`);
setInterval(() => log('idle, 0 tasks done'), 5_000);
