import { list, read, stat, type FileTrouble, type ReadFound } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileText } from '../core/reply.ts';

/** The NVIDIA driver as the kernel and the filesystem show it, without starting any program of the driver. */
interface GpuDriver {
  /** Of the loaded module, `580.95.05`; null where none is loaded. */
  readonly kernelVersion: string | null;
  /** Of the installed user library, where its link names one. */
  readonly libraryVersion: string | null;
  /** The first `nvidia-smi` of the usual places. */
  readonly program: string | null;
  /** PCI addresses of the GPUs that the module drives, `0000:01:00.0`; null where it does not say. */
  readonly busIds: readonly string[] | null;
  /** Versions of the module that DKMS keeps: the newest is loaded by the next boot. Source: dkms(8). */
  readonly built: readonly string[];
}

const versionFile = '/proc/driver/nvidia/version';
const moduleFile = '/sys/module/nvidia/version';

// The last three are not on the PATH of a session without a login: a device plugin's mount, WSL, NixOS.
const programs = [
  '/usr/bin/nvidia-smi',
  '/usr/local/bin/nvidia-smi',
  '/usr/local/nvidia/bin/nvidia-smi',
  '/usr/lib/wsl/lib/nvidia-smi',
  '/run/current-system/sw/bin/nvidia-smi',
];
const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64'].map(
  (folder) => `${folder}/libnvidia-ml.so.1`,
);

export const gpuDriver = defineProbe({
  name: 'gpu.driver',
  summary: 'The NVIDIA driver as files show it',
  *steps() {
    const [version, module, ...found] = yield* askAll([
      read(versionFile, { bytes: 4096 }),
      read(moduleFile, { bytes: 256 }),
      ...programs.map((path) => stat(path)),
    ]);
    const program = programs.find((_, index) => found[index]?.ok) ?? null;
    const kernelVersion =
      textIfThere(module, moduleFile)?.trim() ||
      versionIn(textIfThere(version, versionFile) ?? '', / {2}(\d[\d.]+) {2}/);
    const none: GpuDriver = { kernelVersion: null, libraryVersion: null, program, busIds: null, built: [] };
    if (kernelVersion === null) return none;

    const [gpus, dkms, ...links] = yield* askAll([
      list('/proc/driver/nvidia/gpus'),
      list('/var/lib/dkms/nvidia'),
      ...libraries.map((path) => stat(path)),
    ]);
    const libraryVersion =
      links.map(({ link = '' }) => versionIn(link, /\.so\.(\d+\.[\d.]*\d)$/)).find(Boolean) ?? null;
    return {
      kernelVersion,
      libraryVersion,
      program,
      busIds: gpus.ok ? gpus.entries.map(({ name }) => name.toLowerCase()).sort() : null,
      built: dkms.ok ? dkms.entries.map(({ name }) => name).filter((name) => /^\d+\.[\d.]*\d$/.test(name)) : [],
    };
  },
});

const versionIn = (text: string, pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;

/** Null where there is no such file; one that can't be read does not prove that there is no driver. */
function textIfThere(reply: ReadFound | FileTrouble, path: string): string | null {
  return !reply.ok && ['ENOENT', 'ENOTDIR'].includes(reply.errno) ? null : fileText(reply, path);
}
