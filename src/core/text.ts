const [escape, bell] = [27, 7].map((code) => String.fromCharCode(code));
// CSI, the strings of OSC and its kin (one that is never closed ends with its line, so that it can hide no other), the
// two-byte ones, and the one-byte forms of all of them.
const escapeSequences = new RegExp(
  String.raw`${escape}(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^${bell}${escape}\n]*(?:${bell}|${escape}\\|(?=\n)|$)|[ -/]*[0-~])|[\u0080-\u009f]`,
  'g',
);
// Control characters but newline and tab; direction overrides, invisible marks and tags that make text read as another.
const hidden = /[^\P{Cc}\n\t]|[\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e0fff}]/gu;

/** Remote text without what a terminal or a reader could be fooled by: ANSI, OSC, control and bidi characters. */
export function clean(text: string): string {
  const plain = text.replaceAll('\r\n', '\n').replace(escapeSequences, '');
  return (plain.includes('\r') ? plain.split('\n').map(lastWritten).join('\n') : plain).replace(hidden, '');
}

/** What a terminal shows of a line that goes back to its beginning to write over itself. */
function lastWritten(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end -= 1;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

const mask = '[redacted]';
const name = 'password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?';
const quotedValue = String.raw`"(?:[^"\\\n]|\\.)*"|'[^'\n]*'`;

// A log may hold megabytes without a blank: no rule goes over the same run of characters again from each of them.
const secrets: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  [/\b(Bearer|Basic|Digest)\s+[A-Za-z0-9+/=._~-]{8,}/gi, `$1 ${mask}`],
  [/\b(https?|redis|postgres(?:ql)?|mysql|amqps?|mongodb(?:\+srv)?):\/\/([^\s:@/]*):([^\s@/]+)@/gi, `$1://$2:${mask}@`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, mask],
  [/\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}\b/g, mask],
  [/\bgithub_pat_[A-Za-z0-9_]{40,}\b/g, mask],
  [/\bhf_[A-Za-z0-9]{20,}\b/g, mask],
  [/\bsk-[A-Za-z0-9_-]{20,}\b/g, mask],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}\b/g, mask],
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}/g, mask],
  [new RegExp(String.raw`((?:${name})["']?\s*[:=]\s*)(?:${quotedValue}|[^\s,;}&]+)`, 'gi'), `$1${mask}`],
  [new RegExp(String.raw`((?<!\S)--?[A-Za-z0-9_.-]*(?:${name}) )(?:${quotedValue}|\S+)`, 'gi'), `$1${mask}`],
];

// One cheap look decides for nearly all texts that no rule can match.
const suspicious =
  /key|pass|secret|token|credential|bearer|basic|digest|:\/\/|AKIA|ASIA|gh[opusr]_|github_pat|hf_|sk-|xox|eyJ/i;

/** Text without secrets: known shapes, assignments to names that tell of one, and `known` values from the fleet file.
 * Digests (`sha256:…`) and GPU UUIDs match no rule and stay. */
export function redact(text: string, known: readonly string[] = []): string {
  let safe = text;
  for (const value of known) if (value.length >= 4) safe = safe.replaceAll(value, mask);
  if (!suspicious.test(safe)) return safe;
  for (const [pattern, replacement] of secrets) safe = safe.replace(pattern, replacement);
  return safe;
}

/** `redact` over every string in a value made of plain objects and arrays. */
export function redactDeep<T>(value: T, known: readonly string[] = []): T {
  if (typeof value === 'string') return redact(value, known) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redactDeep(item, known)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item, known)])) as T;
}

/** The name among `known` that was probably meant (Levenshtein distance of at most a third of it), if any. */
export function nearest(wanted: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    // They are at least so far apart, as no character takes more than two places: to compare a megabyte takes seconds.
    if (wanted.length / 2 - candidate.length >= bestDistance) continue;
    const distance = editDistance(wanted.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, x] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, y] of Array.from(b).entries()) {
      next.push(Math.min((row[j] ?? 0) + (x === y ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
