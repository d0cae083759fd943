import { openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// SIMULATED: what a program holds of the GPU stands in a file of its pid, which the stand-in for nvidia-smi adds up.
const { GPU_DEVICE: device, GPU_HOLDERS: holders } = process.env;
const wholeMiB = 24_190;

/** Opens the GPU as a program does that computes there, and keeps it open; false where there is none. */
export function openGpu() {
  try {
    openSync(device, 'r');
    return true;
  } catch {
    return false;
  }
}

const isThere = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Takes so much memory of the GPU; false where it is not left. What stands there under a name was taken before all others. */
export function takeMemory(mib, name) {
  const own = String(process.pid);
  rmSync(join(holders, name), { force: true });
  const taken = readdirSync(holders)
    .filter((holder) => holder !== own && (!/^\d+$/.test(holder) || isThere(Number(holder))))
    .map((holder) => Number.parseInt(readFileSync(join(holders, holder), 'utf8'), 10));
  if (taken.reduce((sum, each) => sum + each, 0) + mib > wholeMiB) return false;
  writeFileSync(join(holders, own), `${mib} ${name}\n`);
  return true;
}

export const giveMemoryBack = () => rmSync(join(holders, String(process.pid)), { force: true });
