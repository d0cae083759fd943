/** How loud a line is. */
export const logLevels = ['error', 'warning', 'other'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * What a line says of itself, at its beginning: this decides, whatever else stands in it.
 *
 * Sources: Python logging, uvicorn, loguru, supervisord (CRIT), llama.cpp (its one letter), glog and klog, JSON logs.
 */
const said: readonly (readonly [LogLevel, RegExp])[] = [
  ['error', /^(?:.{0,100}?\]: |\S{15,40} )?(?:\d{1,6}\.\d\d\.\d{3}\.\d{3} )?E (?=\S)/],
  ['warning', /^(?:.{0,100}?\]: |\S{15,40} )?(?:\d{1,6}\.\d\d\.\d{3}\.\d{3} )?W (?=\S)/],
  ['error', /^[EF]\d{4} \d\d:\d\d:\d\d/],
  ['warning', /^W\d{4} \d\d:\d\d:\d\d/],
  ['error', /^.{0,100}?"(?:level|severity|levelname)"\s*:\s*"(?:error|err|critical|crit|fatal|panic|emerg|alert)"/i],
  ['warning', /^.{0,100}?"(?:level|severity|levelname)"\s*:\s*"(?:warn|warning)"/i],
  ['other', /^.{0,100}?"(?:level|severity|levelname)"\s*:\s*"(?:info|debug|trace|notice)"/i],
];

/** The first of these words near the beginning, as programs write them there: in capitals, or in brackets. */
const word =
  /(?:^|[\s[(|<:])(?:(ERROR|ERR|CRITICAL|CRIT|FATAL|SEVERE|PANIC|EMERG|ALERT|error|critical|fatal|panic)|(WARNING|WARN|warning|warn)|(INFO|DEBUG|TRACE|NOTICE|info|debug|trace))(?=[\])|>:\s]|$)/;

// Without a level of its own: what programs write when something is wrong, and what only sounds like it.
const wrong =
  /\b(?:error|errors|exception|fatal|failed|failure|panic|segmentation fault|segfault|core dumped|aborted|killed|out of memory|terminate called|ggml_assert|sig(?:segv|abrt|bus|kill|ill|fpe)|xid|not found|cannot|can't|could not|couldn't|unable to|refused|denied|timed out|traceback|assertion)\b|\w(?:Error|Exception)\b/i;
const harmless =
  /\b(?:no|0|without|zero) (?:\w+ )?(?:errors?|failures?|exceptions?)\b|\b(?:errors?|failed|failures|fail_?count|max_fails)["']?\s*[:=]\s*(?:0|none|null|false)\b|\berror_?(?:rate|count|log|page|handler)/i;
const uneasy = /\b(?:warning|warn|deprecated|retry|retrying|slow|fallback|falling back)\b/i;
/** The status of an HTTP access line. */
const served = /" ([1-5]\d\d)(?: |$)/;
const longest = 2_048;

/** How loud a line is, by its own word for it, else by what it tells. */
export function levelOf(line: string): LogLevel {
  const text = line.slice(0, longest);
  const own = said.find(([, pattern]) => pattern.test(text.slice(0, 160)));
  if (own !== undefined) return own[0];
  const found = word.exec(text.slice(0, 100));
  const status = served.exec(text)?.[1];
  // 503 is what a model server answers while it loads.
  if (status !== undefined) return status === '503' ? 'warning' : status.startsWith('5') ? 'error' : 'other';
  const isCapital = found?.[1] !== undefined && found[1] === found[1].toUpperCase();
  if (isCapital || (found?.[1] !== undefined && !harmless.test(text))) return 'error';
  if (found?.[2] !== undefined) return 'warning';
  if (found?.[3] !== undefined) return 'other';
  if (wrong.test(text) && !harmless.test(text)) return 'error';
  return uneasy.test(text) ? 'warning' : 'other';
}
