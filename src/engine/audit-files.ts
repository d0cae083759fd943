import { createHash, randomBytes } from 'node:crypto';
import { readdir, readlink, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fateOf, ownMark, type ProcessMark } from './process-mark.ts';

/** What of the audit a file holds: looks may be pruned, changes are kept, with the prunings and the checks. */
export type Kind = 'looks' | 'changes';

/**
 * Who writes to a file: whoever renamed its token to a name of their own.
 *
 * Of several that rename the same token one succeeds and the others no longer find it, so that nothing is locked and
 * nothing is left behind. A file without a token is full.
 */
type Holder = 'nobody' | 'full' | 'runs' | 'ended' | 'elsewhere';

export interface AuditFile {
  readonly id: string;
  readonly kind: Kind;
  readonly holder: Holder;
  /** The name of its token. */
  readonly token: string | undefined;
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** This process, in words that can stand in the name of a file; containers of one machine do not know each other's. */
async function ownHolder(): Promise<ProcessMark> {
  const { host, boot, ...own } = await ownMark();
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  return { ...own, host: short(`${host} ${space}`), boot: short(boot) };
}

const idForm = /^(looks|changes)-\d{8}T\d{6}Z-[0-9a-f]{8}$/;
const tokenForm = /^(?<id>.*)\.(?:free|held-(?<pid>\d+)-(?<born>\d*)-(?<host>[0-9a-f]{8})-(?<boot>[0-9a-f]{8}))$/;

export const pathOf = (folder: string, id: string): string => join(folder, `${id}.jsonl`);
const freeToken = (id: string): string => `${id}.free`;
const heldToken = (id: string, { pid, born, host, boot }: ProcessMark): string =>
  `${id}.held-${pid}-${born}-${host}-${boot}`;

export const newId = (kind: Kind, at: number): string =>
  `${kind}-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`;

/** All files of the audit, by their names; none where there is no audit yet. */
export async function auditFiles(folder: string): Promise<readonly AuditFile[]> {
  const names = await readdir(folder).catch((thrown: unknown) => {
    if (isMissing(thrown)) return [];
    throw thrown;
  });
  const own = await ownHolder();
  const tokens = new Map<string, string>();
  for (const name of names) {
    const id = tokenForm.exec(name)?.groups?.['id'];
    if (id !== undefined) tokens.set(id, name);
  }
  const ids = names.filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length));
  return await Promise.all(
    [...new Set([...ids, ...tokens.keys()])].toSorted().flatMap((id) => {
      const kind = idForm.exec(id)?.[1];
      if (kind !== 'looks' && kind !== 'changes') return [];
      const token = tokens.get(id);
      return [holderOf(token, own).then((holder): AuditFile => ({ id, kind, holder, token }))];
    }),
  );
}

async function holderOf(token: string | undefined, own: ProcessMark): Promise<Holder> {
  if (token === undefined) return 'full';
  const { pid, born = '', host, boot } = tokenForm.exec(token)?.groups ?? {};
  if (pid === undefined || host === undefined || boot === undefined) return 'nobody';
  return await fateOf({ pid: Number(pid), born, host, boot }, own);
}

/** Takes the right to write to a file, which others may want too; gives back the name of the new token. */
export async function claim(folder: string, { id, holder, token }: AuditFile): Promise<string | undefined> {
  if (token === undefined || (holder !== 'nobody' && holder !== 'ended')) return undefined;
  const held = heldToken(id, await ownHolder());
  return await rename(join(folder, token), join(folder, held)).then(
    () => held,
    (thrown: unknown) => {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    },
  );
}

/** The token of a file that is about to be made. */
export async function newToken(folder: string, id: string): Promise<string> {
  const held = heldToken(id, await ownHolder());
  await writeFile(join(folder, held), '', { flag: 'wx', mode: 0o600 });
  return held;
}

export const setFree = (folder: string, id: string, token: string): Promise<void> =>
  rename(join(folder, token), join(folder, freeToken(id)));

export const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
