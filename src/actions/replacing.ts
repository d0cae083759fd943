import { z } from 'zod';
import { order, type Done, type Order, type Proof } from '../core/action.ts';
import { alterByRun } from '../core/alter.ts';
import { read } from '../core/command.ts';
import type { Json } from '../core/json.ts';
import { ask, type Asking } from '../core/probe.ts';
import type { Service } from '../core/service.ts';
import { sha256 } from '../core/sha256.ts';
import { anew } from '../probes/log-files.ts';
import { ended } from './ended.ts';
import { replaceFile } from './replace-file.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What one content of a file is replaced by: known by where its path leads, and by both sums. */
export const replacementSchema = z.object({ real: z.string(), sha: digest, to: digest });
export type Replacement = z.infer<typeof replacementSchema>;

/** Where the content with a sum is kept beside the file that had it: hidden, and no `*.conf` for whoever reads all of these. */
export const keptAt = (real: string, sha: string): string => beside(real, sha.slice(0, 12));

function beside(real: string, end: string): string {
  const slash = real.lastIndexOf('/') + 1;
  return `${real.slice(0, slash)}.${real.slice(slash)}.rackhand-${end}`;
}

/** Replaces a file by a text, or by what was kept of it. */
export function replacing(
  { path, become }: { path: string; become: Service['become'] },
  { real, sha, to }: Replacement,
  by: { readonly text: string } | 'kept',
): Order {
  const [way, kept] = by === 'kept' ? (['undo', to] as const) : (['edit', sha] as const);
  const names = [path, real, keptAt(real, kept), beside(real, 'new-')];
  const command = alterByRun(['sh', '-c', replaceFile, 'rackhand', ...names, sha, to, way], {
    become,
    ...(by !== 'kept' && { stdin: by.text }),
  });
  return order(command, (reply) => ended(reply, sentences));
}

const sentences: Readonly<Record<number, string>> = {
  65: 'It was left as it is: it was changed since this was planned.',
  73: 'It was left as it is: there is no room on its filesystem.',
  74: 'It was left as it is: the new content could not be written.',
  77: 'It was left as it is: it may not be replaced so that its mode and owner stay.',
};

/** Whether a file has the content that it was to get. */
export function* replaced(path: string, become: Service['become'], before: Json): Asking<Done> {
  const { sha, to } = replacementSchema.parse(before);
  const content = yield* ask(read(path, { bytes: 1_048_576, hidden: true, become, freshMs: anew }));
  if (!content.ok) return { is: 'unclear', say: `${path} can not be read: ${content.message} (${content.errno}).` };
  const is = sha256(content.bytes);
  if (is === to) return { is: 'done', mark: is };
  if (is === sha) return { is: 'not_done', say: `${path} has the content that it had.` };
  return { is: 'unclear', say: `${path} has a content that is neither the one before nor the one that was meant.` };
}

/** A file proves nothing of the services that read it: to start them anew is a change of its own. */
export const replacingProof: Proof = { checks: [], services: [], quietSeconds: 1, withinSeconds: 10 };
