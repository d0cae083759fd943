import { open, type FileHandle } from 'node:fs/promises';
import { onTestFinished, vi } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';

/** What all open files share, to hear of their flushes. */
export async function flushes() {
  const file = await open(scratchFolder().write('any', ''));
  await file.close();
  const spy = vi.spyOn(Object.getPrototypeOf(file) as FileHandle, 'datasync');
  onTestFinished(() => spy.mockRestore());
  return spy;
}
