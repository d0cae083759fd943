import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { gpuPci } from '../../src/probes/gpu-pci.ts';
import { stuckInDriver } from '../../src/probes/gpu-stuck.ts';
import { drive } from '../support/drive.ts';
import { has } from '../support/requires.ts';

/** The parent of a vfork sleeps uninterruptibly until its child ends, as one that waits for a driver does. */
const hangs = 'import ctypes; libc = ctypes.CDLL(None); libc.vfork() or libc.pause()';
const python = '/usr/bin/python3';

describe.skipIf(!existsSync(python) || !has('ps'))('a process that hangs in the kernel (needs python3 and ps)', () => {
  test('is found by its name and state, with the time since it last ran, and not blamed before its time', async () => {
    const { pid = 0 } = spawn(python, ['-c', hangs], { argv0: 'nvidia-smi', detached: true, stdio: 'ignore' });
    onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
    const isOurs = { pid, program: 'nvidia-smi', seconds: expect.any(Number) };
    await vi.waitFor(async () => expect(await drive(stuckInDriver(1))).toMatchObject(isOurs), { timeout: 30_000 });
    expect(await drive(stuckInDriver(3_600))).toBeNull();
  });
});

test('the PCI bus of this machine is read', async () => {
  expect(await drive(gpuPci.steps({}))).toMatchObject({ gpus: expect.any(Array), nvSwitches: expect.any(Number) });
});
