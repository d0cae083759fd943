import { endWithParent } from './end-with-parent.mjs';

// A worker with nothing to do: it says that it is alive and waits.
endWithParent();
const log = (line) => process.stdout.write(`${new Date().toISOString()} INFO worker: ${line}\n`);
log(`started, pid ${process.pid}`);
log('waiting for tasks');
setInterval(() => log('idle, 0 tasks done'), 5_000);
