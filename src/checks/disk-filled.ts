import { bytesText, count } from '../core/format.ts';
import type { Next } from '../core/report.ts';
import { leastShare, type DeletedFile, type DiskOwners } from '../probes/disk-use.ts';
import { cacheAt } from './disk-caches.ts';

const mostNamed = 3;

/** The rest of a sentence that says what fills a filesystem, and what frees room; undefined where nothing stands out. */
export function whatFills(
  path: string,
  { unit, seen, owners, deleted, trouble }: DiskOwners,
  usedBytes: number,
): { readonly says: string; readonly next: readonly Next[] } | undefined {
  if (trouble !== null) return undefined;
  const named = owners.slice(0, mostNamed);
  const open = openFiles(deleted, usedBytes);
  const parts = [
    ...(named.length === 0
      ? []
      : [`the largest there: ${named.map((each) => owned(each, unit)).join(', ')}${scope[seen]}`]),
    ...(open === undefined ? [] : [open.says]),
  ];
  if (parts.length === 0) return undefined;
  const caches = named.flatMap((owner) => {
    const cache = cacheAt(owner.path);
    return cache === undefined ? [] : [{ say: `${owner.path}: ${cache.free}` }];
  });
  const other = {
    say: `See what of it may go before a service has to write to ${path}; never delete a file that a running service has open.`,
  };
  return {
    says: `; ${parts.join('; ')}`,
    next: [...(open === undefined ? [] : [open.next]), ...caches, other].slice(0, 4),
  };
}

const scope: Record<DiskOwners['seen'], string> = {
  all: '',
  some: ' (as far as the login user may look)',
  part: ' (the time to look was over before everything was seen)',
};

function owned({ path, amount }: DiskOwners['owners'][number], unit: DiskOwners['unit']): string {
  const cache = cacheAt(path);
  const size = unit === 'bytes' ? bytesText(amount) : count(amount, 'file');
  return `${path} (${size}${cache === undefined ? '' : `, ${cache.holds}`})`;
}

/** By process, the largest first; only where it is worth a restart. */
function openFiles(deleted: readonly DeletedFile[], usedBytes: number): { says: string; next: Next } | undefined {
  const bytes = deleted.reduce((sum, file) => sum + file.bytes, 0);
  const [largest] = deleted.toSorted((a, b) => b.bytes - a.bytes);
  if (largest === undefined || bytes < usedBytes * leastShare) return undefined;
  const holder = `${largest.program} (pid ${largest.pid})`;
  return {
    says: `${bytesText(bytes)} of it ${deleted.length === 1 ? 'is a deleted file' : 'are deleted files'} that ${deleted.length === 1 ? holder : `${holder} and others`} still ${deleted.length === 1 ? 'has' : 'have'} open, ${largest.path} first`,
    next: {
      say: `Have ${holder} reopen its log or restart that one service: its ${bytesText(largest.bytes)} come back only then.`,
    },
  };
}
