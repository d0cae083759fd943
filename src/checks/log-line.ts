// Of journald, of pm2 and containers, of llama-server's own log, and the level that ComfyUI puts there, in colour.
const prefixes: readonly RegExp[] = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d \S+ [^\s:]+\[\d+\]: /,
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^\s:]+\[\d+\]: /,
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?:? /,
  /^(?:\d{1,6}\.\d\d\.\d{3}\.\d{3} )?[DIWE] (?=\S)/,
  // oxlint-disable-next-line no-control-regex
  /^(?:\u001b\[\d+m)?\[(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\](?:\u001b\[0m)? /,
];

/** A line without the time and the name that a manager or a logger put before it. */
export const bare = (line: string): string =>
  prefixes.reduce((rest, prefix) => rest.replace(prefix, ''), line.trimEnd());
