import { lineReader, type LifeLine } from './exit-log.ts';

const line = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d) \S+ systemd\[\d+\]: (.*)$/;

/** One line of systemd itself in the journal of a unit (`-o short-iso`). Source: systemd's unit and service messages. */
export const journalLine = lineReader(line, zonedSeconds, lifeOf);

function zonedSeconds(time: string): number | undefined {
  const seconds = Date.parse(time.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) / 1_000;
  return Number.isNaN(seconds) ? undefined : seconds;
}

function lifeOf(said: string, at: number): LifeLine | undefined {
  if (said.startsWith('Started ')) return { at, event: 'start' };
  if (said.startsWith('Stopping ')) return { at, event: 'by hand' };
  const [, code, status] = /: Main process exited, code=(\w+), status=(\S+)/.exec(said) ?? [];
  if (status === undefined) return undefined;
  const plain = status.replace('/', ' ');
  return { at, event: 'end', how: code === 'exited' ? `exit status ${plain}` : `${code} by ${plain}` };
}
