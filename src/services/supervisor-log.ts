import { lineReader, localSeconds, type LifeLine } from './exit-log.ts';

const line = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) [A-Z]+ (.*)$/;

/** One line of supervisord's own log. Source: recorded from supervisord 4.2.5; it names programs without their group. */
export const supervisorLogLine = (name: string) => lineReader(line, localSeconds, (said, at) => lifeOf(said, name, at));

function lifeOf(said: string, name: string, at: number): LifeLine | undefined {
  if (said.startsWith(`spawned: '${name}' with pid `)) return { at, event: 'start' };
  if (said.startsWith(`waiting for ${name} to stop`)) return { at, event: 'by hand' };
  const [, who, how = '', expected] = /^exited: (\S+) \((.+); (not )?expected\)/.exec(said) ?? [];
  // An end that the configuration expects is none to speak of, like one that was asked for ("stopped:").
  return who === name && expected !== undefined ? { at, event: 'end', how } : undefined;
}
