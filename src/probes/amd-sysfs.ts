import { list, read, type FileTrouble, type ListFound, type ReadFound } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { muteAmdGpu, type AmdGpu } from './amd-gpu.ts';

const mostCards = 32;
const amdVendor = '0x1002';

const small = (path: string) => read(path, { bytes: 4096 });

/** The AMD GPUs among the cards of /sys/class/drm. One that sleeps is left alone. Source: the kernel's amdgpu driver pages. */
export function* amdCards(names: readonly string[]): Asking<readonly AmdGpu[]> {
  const some = names.slice(0, mostCards);
  if (some.length === 0) return [];
  const first = yield* askAll(
    some.flatMap((name) => [
      small(`${folderOf(name)}/vendor`),
      small(`${folderOf(name)}/power/runtime_status`),
      small(`${folderOf(name)}/uevent`),
    ]),
  );
  const cards = some.flatMap((name, index) => {
    const [vendor, power, event] = first.slice(3 * index, 3 * index + 3).map(textOf);
    if (vendor !== amdVendor) return [];
    const busId = /^PCI_SLOT_NAME=(.+)$/m.exec(event ?? '')?.[1]?.toLowerCase() ?? null;
    return [{ name, busId, asleep: power === 'suspended' }];
  });
  const awake = cards.filter(({ asleep }) => !asleep);
  const second = yield* askAll(
    awake.flatMap(({ name }) => [
      small(`${folderOf(name)}/mem_info_vram_total`),
      small(`${folderOf(name)}/mem_info_vram_used`),
      small(`${folderOf(name)}/gpu_busy_percent`),
      small(`${folderOf(name)}/ras/umc_err_count`),
      list(`${folderOf(name)}/hwmon`),
    ]),
  );
  const told = awake.map((card, index) => ({ ...card, replies: second.slice(5 * index, 5 * index + 5) }));
  const monitored = told.map(({ name, replies }) => `${folderOf(name)}/hwmon/${firstEntry(replies[4]) ?? 'none'}`);
  const third = yield* askAll(monitored.flatMap((folder) => monitors.map((file) => small(`${folder}/${file}`))));
  return cards.map(({ name, busId, asleep }): AmdGpu => {
    const index = told.findIndex((each) => each.name === name);
    if (asleep || index < 0) return { ...muteAmdGpu(name), busId, asleep };
    const [total, used, busy, errors] = (told[index]?.replies ?? []).map(textOf);
    const [edge, junction, critical, average, input] = third
      .slice(monitors.length * index, monitors.length * (index + 1))
      .map(textOf)
      .map(numberOf);
    const degrees = junction ?? edge ?? null;
    const [totalBytes, usedBytes] = [numberOf(total), numberOf(used)];
    const watts = average ?? input ?? null;
    return {
      name,
      busId,
      asleep,
      memory: totalBytes === null || usedBytes === null || totalBytes === 0 ? null : { totalBytes, usedBytes },
      utilizationPercent: numberOf(busy),
      celsius: degrees === null ? null : degrees / 1_000,
      criticalCelsius: critical == null ? null : critical / 1_000,
      powerWatts: watts === null ? null : watts / 1_000_000,
      uncorrectedErrors: numberOf(/^ue:\s*(\d+)/m.exec(errors ?? '')?.[1]),
    };
  });
}

/** Edge and junction in thousandths of a degree, the junction's limit, and power in microwatts by two names. */
const monitors = ['temp1_input', 'temp2_input', 'temp2_crit', 'power1_average', 'power1_input'] as const;

const folderOf = (card: string): string => `/sys/class/drm/${card}/device`;

type FileReply = ReadFound | ListFound | FileTrouble | undefined;

const textOf = (reply: FileReply): string =>
  reply !== undefined && (!reply.ok || 'bytes' in reply) ? (fileTextIfAny(reply)?.trim() ?? '') : '';
const numberOf = (text: string | undefined): number | null => (/^-?\d+$/.test(text ?? '') ? Number(text) : null);
const firstEntry = (reply: FileReply): string | undefined =>
  reply?.ok === true && 'entries' in reply
    ? reply.entries.find(({ name }) => /^hwmon\d+$/.test(name))?.name
    : undefined;
