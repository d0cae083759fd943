import { keyType } from './host-key.ts';
import { filedNames } from './host-names.ts';
import { knownHostsEntries, type Entry } from './known-hosts-files.ts';
import type { Hop } from './route.ts';

/** What known_hosts says of a key that a machine shows. */
export type Judgement =
  | { readonly is: 'known' }
  | { readonly is: 'changed'; readonly entry: Entry }
  | { readonly is: 'revoked'; readonly entry: Entry }
  | { readonly is: 'unknown'; readonly authority: Entry | undefined; readonly otherTypes: readonly string[] };

/** Judges as ssh does: a key filed under `host` alone is good on any port, where `[host]:port` does not contradict it. */
export async function judgeHostKey(hop: Hop, key: Buffer): Promise<Judgement> {
  const entries = await knownHostsEntries(hop.knownHosts);
  const [own, ...wider] = filedNames(hop);
  const about = entries.filter(({ matches }) => matches(own));
  const related = [...about, ...entries.filter((entry) => wider.some(entry.matches))];
  const holdsKey = ({ marker, key: filed }: Entry) => marker === undefined && filed.equals(key);

  const revoked = related.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked !== undefined) return { is: 'revoked', entry: revoked };
  if (about.some(holdsKey)) return { is: 'known' };
  const plain = about.filter(({ marker }) => marker === undefined);
  const changed = plain.find(({ type }) => type === keyType(key));
  if (changed !== undefined) return { is: 'changed', entry: changed };
  if (related.some(holdsKey)) return { is: 'known' };
  const authority = related.find(({ marker }) => marker === 'cert-authority');
  return { is: 'unknown', authority, otherTypes: [...new Set(plain.map(({ type }) => type))] };
}
