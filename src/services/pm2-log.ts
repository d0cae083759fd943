import { lineReader, localSeconds, type LifeLine } from './exit-log.ts';

const line = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d): PM2 (?:log|error): (.*)$/;

/** One line of pm2's own log. Source: recorded from pm2 7.0.4. */
export const pm2LogLine = (name: string) => lineReader(line, localSeconds, (said, at) => lifeOf(said, name, at));

function lifeOf(said: string, name: string, at: number): LifeLine | undefined {
  if (said.startsWith(`Stopping app:${name} id:`)) return { at, event: 'by hand' };
  const [, who, event, code] = /^App \[(.+):\d+\] (online|exited with code \[(-?\w*)\].*)$/.exec(said) ?? [];
  if (who !== name || event === undefined) return undefined;
  // It tells the signal that it would have sent, also where the program ended by itself: only the code counts.
  return event === 'online' ? { at, event: 'start' } : { at, event: 'end', how: `exit code ${code || 'unknown'}` };
}
