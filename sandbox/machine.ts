import { chmod, cp, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The simulated parts of a sandbox node: a GPU with its driver, and what a fault adds to that. */
export interface Machine {
  /** First in the PATH of the node; a program of it may be put there. */
  readonly folder: string;
  /** What stands for /dev/nvidia0. */
  readonly device: string;
  /** Programs that hold memory of the GPU, a file each: its pid, what it holds in MiB, its name. */
  readonly holders: string;
  /** Where the node finds it: its path, and the one here. */
  readonly overlay: Map<string, string>;
}

const address = '0000:01:00.0';

/** A copy for one sandbox, so that a fault of it is a fault of nobody else. `parts` is the folder that they come from. */
export async function makeMachine(folder: string, parts: string): Promise<Machine> {
  const [holders, device] = [join(folder, 'holders'), join(folder, 'device-0')];
  await cp(parts, folder, { recursive: true });
  await mkdir(holders);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
  // A package that is unpacked everywhere has no file with a colon in its name.
  await rename(join(folder, 'proc', 'gpus', 'gpu-0'), join(folder, 'proc', 'gpus', address));
  const overlay = new Map([
    ['/usr/bin/nvidia-smi', join(folder, 'nvidia-smi')],
    ['/proc/driver/nvidia', join(folder, 'proc')],
    ['/sys/module/nvidia', join(folder, 'sys')],
    ...['/dev/nvidiactl', '/dev/nvidia-uvm'].map((path) => [path, join(folder, 'device')] as const),
    ['/dev/nvidia0', device],
  ]);
  return { folder, device, holders, overlay };
}

/** The GPU as a service finds it that was started before it was there. */
export const lateDevice = ({ folder }: Machine): string => join(folder, 'device-late');

export const bringDevice = (machine: Machine): Promise<void> => symlink(machine.device, lateDevice(machine));

/** Memory of the GPU that nobody else gets, whoever is started first. */
export async function reserveMemory({ holders }: Machine, reserves: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, mib] of Object.entries(reserves)) await writeFile(join(holders, name), `${mib} ${name}\n`);
}

const kernelLog = ({ folder }: Machine): string => join(folder, 'kernel-log');
const kernelHead = '[    0.000000] Linux version 6.8.0 (simulated)';

/** What the kernel has written, besides its first line. */
export const kernelSays = (machine: Machine, lines: readonly string[]): Promise<void> =>
  writeFile(kernelLog(machine), [kernelHead, ...lines, ''].join('\n'));

/**
 * A kernel log of its own, so that what this machine has gone through is none of its faults, on a node that is no
 * container: there, programs have other numbers than the kernel names.
 */
export async function simulateKernel(machine: Machine): Promise<void> {
  const { folder, overlay } = machine;
  const dmesg = `#!/bin/sh\n# Stands in for dmesg: simulated.\ncat '${kernelLog(machine)}'\n`;
  await kernelSays(machine, []);
  await writeFile(join(folder, 'dmesg'), dmesg, { mode: 0o755 });
  await writeFile(join(folder, 'dmesg-restrict'), '0\n');
  await writeFile(join(folder, 'cgroup'), '0::/init.scope\n');
  overlay.set('/proc/sys/kernel/dmesg_restrict', join(folder, 'dmesg-restrict'));
  overlay.set('/proc/1/cgroup', join(folder, 'cgroup'));
  for (const path of ['/.dockerenv', '/run/.containerenv', '/run/secrets/kubernetes.io'])
    overlay.set(path, join(folder, 'not-there'));
}

/** A GPU that has left the bus: its configuration reads all ones, and nvidia-smi finds no handle to it. */
export async function loseGpu({ folder, overlay }: Machine): Promise<void> {
  const bus = join(folder, 'bus', address);
  await mkdir(bus, { recursive: true });
  await writeFile(join(bus, 'uevent'), 'DRIVER=nvidia\nPCI_CLASS=30200\nPCI_ID=10DE:2684\n');
  await writeFile(join(bus, 'config'), Uint8Array.of(0xff, 0xff, 0xff, 0xff));
  overlay.set('/sys/bus/pci/devices', join(folder, 'bus'));
  overlay.set('/proc/bus/pci/devices', join(folder, 'not-there'));
  await writeFile(join(folder, 'lost'), `Unable to determine the device handle for GPU0: ${address}: Unknown Error\n`);
}
