import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gpuPci } from '../../src/probes/gpu-pci.ts';
import { stuckInDriver } from '../../src/probes/gpu-stuck.ts';
import { drive } from '../support/drive.ts';
import { has } from '../support/requires.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

/** The parent of a vfork sleeps uninterruptibly until its child ends, as one that waits for a driver does. */
const hangs = '#include <unistd.h>\nint main(void) { if (vfork() == 0) { sleep(60); _exit(0); } return 0; }\n';

describe.skipIf(!has('gcc') || !has('ps'))('a process that hangs in the kernel (needs gcc and ps)', () => {
  test('is found by its name and state, with the time since it last ran, and not blamed before its time', async () => {
    const folder = scratchFolder();
    const program = join(folder.path, 'nvidia-smi');
    execFileSync('gcc', ['-o', program, folder.write('hangs.c', hangs)]);
    const { pid = 0 } = spawn(program, { detached: true, stdio: 'ignore' });
    onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
    await until(async () => (await drive(stuckInDriver(1))) !== null);
    expect(await drive(stuckInDriver(1))).toMatchObject({ pid, program: 'nvidia-smi', seconds: expect.any(Number) });
    expect(await drive(stuckInDriver(3_600))).toBeNull();
  });
});

test('the PCI bus of this machine is read', async () => {
  expect(await drive(gpuPci.steps({}))).toMatchObject({ gpus: expect.any(Array), nvSwitches: expect.any(Number) });
});
