import { createHmac } from 'node:crypto';

/** A line of a known_hosts file. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** Whether the line is about this name: a host, or `[host]:port`. */
  matches(name: string): boolean;
  readonly type: string;
  readonly key: Buffer;
  /** From 1. */
  readonly line: number;
}

/** The lines that make sense; the others are comments, or ssh would ignore them as well. */
export const knownHosts = (text: string): readonly KnownHost[] =>
  text.split('\n').flatMap((line, index) => knownHost(line.trim(), index + 1) ?? []);

function knownHost(text: string, line: number): KnownHost | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  const words = text.split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : undefined;
  if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return undefined;
  const [hosts, type, base64] = words;
  if (hosts === undefined || type === undefined || base64 === undefined) return undefined;
  const key = Buffer.from(base64, 'base64');
  // The type stands twice: as a word, and in the key itself. Where they differ the line is broken.
  if (key.length < 4 + type.length || key.toString('latin1', 4, 4 + type.length) !== type) return undefined;
  const matches = hosts.startsWith('|') ? hashedMatcher(hosts) : patternMatcher(hosts.toLowerCase());
  return matches && { marker, matches, type, key, line };
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both base64. */
function hashedMatcher(hashed: string): ((name: string) => boolean) | undefined {
  const [, version, salt, hash] = hashed.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return undefined;
  const key = Buffer.from(salt, 'base64');
  return (name) => createHmac('sha1', key).update(name).digest('base64') === hash;
}

/** Patterns with commas between; one with `!` that fits rules the whole line out. */
function patternMatcher(hosts: string): (name: string) => boolean {
  const patterns = hosts.split(',').map((pattern) => {
    const isNegated = pattern.startsWith('!');
    return { isNegated, fits: wildcards(isNegated ? pattern.slice(1) : pattern) };
  });
  return (name) => {
    const fitting = patterns.filter(({ fits }) => fits(name));
    return fitting.length > 0 && !fitting.some(({ isNegated }) => isNegated);
  };
}

/** `*` is any text, `?` any one character, and all else, `[` too, is itself. */
function wildcards(pattern: string): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => name === pattern;
  const expression = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
  );
  return (name) => expression.test(name);
}
