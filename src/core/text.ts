// Escape sequences (CSI, OSC with its terminators, and the two-byte ones), built from escapes so that this file stays readable.
const escapeSequences = new RegExp(
  '\\u001b(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\|$)|[ -/]*[0-~])|[\\u0080-\\u009f]',
  'g',
);
// Control characters but newline and tab; direction overrides and invisible marks that can make text read as something else.
const hidden = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]',
  'g',
);

/** Remote text without what a terminal or a reader could be fooled by: ANSI, OSC, control and bidi characters. */
export function clean(text: string): string {
  const visible = text.replace(/\r\n/g, '\n').replace(escapeSequences, '');
  const lines = visible.includes('\r') ? visible.split('\n').map(lastWritten).join('\n') : visible;
  return lines.replace(hidden, '');
}

/** What a terminal would still show of a line that returned to its beginning, as progress bars do. */
function lastWritten(line: string): string {
  const written = line.replace(/\r+$/, '');
  return written.slice(written.lastIndexOf('\r') + 1);
}

const mask = '[redacted]';
const name = String.raw`[A-Za-z0-9_.-]{0,40}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)`;

// Every repetition that can fail is bounded: a log may hold megabytes without a blank.
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
  [/\beyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{5,1000}/g, mask],
  [new RegExp(String.raw`(["']?\b${name}["']?\s*[:=]\s*)(?:"[^"\n]*"|'[^'\n]*'|[^\s,;}&]+)`, 'gi'), `$1${mask}`],
  [new RegExp(String.raw`(--?${name}[ =])(?:"[^"\n]*"|'[^'\n]*'|\S+)`, 'gi'), `$1${mask}`],
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
    const distance = editDistance(wanted.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries()) {
      next.push(Math.min((row[j] ?? 0) + (x === y ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
