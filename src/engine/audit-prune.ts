import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { headOf } from './audit-end.ts';
import { auditFiles, claim, pathOf, type AuditFile } from './audit-files.ts';
import type { Pen } from './audit-pen.ts';

/** Removes whole files of looks, those that were written to longest ago first, until no more than so many bytes are left. */
export async function prune(folder: string, mostBytes: number, changes: Pen, now: () => number): Promise<void> {
  const looks = (await auditFiles(folder)).filter(({ kind }) => kind === 'looks');
  const sized = await Promise.all(
    looks.map(async (file) => {
      const found = await stat(pathOf(folder, file.id)).catch(() => undefined);
      return { file, bytes: found?.size ?? 0, at: found?.mtimeMs ?? 0 };
    }),
  );
  let excess = sized.reduce((sum, { bytes }) => sum + bytes, 0) - mostBytes;
  for (const { file, bytes } of sized.toSorted((one, other) => one.at - other.at)) {
    if (excess <= 0) return;
    if (await removed(folder, file, bytes, changes, now)) excess -= bytes;
  }
}

async function removed(
  folder: string,
  file: AuditFile,
  bytes: number,
  changes: Pen,
  now: () => number,
): Promise<boolean> {
  const token = await claim(folder, file);
  if (token === undefined && !(await isFull(folder, file))) return false;
  const head = await headOf(folder, file.id).catch(() => undefined);
  // What can't be told is not removed: somebody should look at it.
  if (head === undefined) return false;
  await changes.put([{ type: 'pruned', when: now(), ...head, bytes }]);
  // Others may prune at the same time.
  await rm(pathOf(folder, file.id), { force: true });
  if (token !== undefined) await rm(join(folder, token), { force: true });
  return true;
}

/** Asked twice: a folder that is read while a token is renamed can look as if there were none. */
const isFull = async (folder: string, { id, holder }: AuditFile): Promise<boolean> =>
  holder === 'full' && (await auditFiles(folder)).some((file) => file.id === id && file.holder === 'full');
