import { OpsError } from '../core/errors.ts';
import type { Launch, Launches } from './instance-launch.ts';

/** It counts as started when it has run for so long; one that fails after its imports has not. */
const startSeconds = 15;

/**
 * Programs as a file of supervisord's `[include]` has them. It has no wait between a failure and the next start: it waits a
 * second longer each time.
 *
 * Errors: `USAGE` for what its configuration can't hold. Source: supervisord.org, "Configuration File".
 */
export const supervisorSections = ({ declared, all }: Launches): string =>
  all.map((launch) => sectionOf(launch, declared)).join('\n');

function sectionOf(
  { name, python, script, cwd, args, env }: Launch,
  { user, maxRestarts }: Launches['declared'],
): string {
  const variables = Object.entries(env).map(([key, value]) => `${key}=${word(value)}`);
  return [
    `[program:${name}]`,
    `command=${[python, script, ...args].map(word).join(' ')}`,
    `directory=${plain(cwd)}`,
    `environment=${variables.join(',')}`,
    ...(user === undefined ? [] : [`user=${plain(user)}`]),
    'autostart=true',
    'autorestart=true',
    `startsecs=${startSeconds}`,
    `startretries=${maxRestarts}`,
    'stopasgroup=true',
    'killasgroup=true',
    '',
  ].join('\n');
}

/** A percent sign stands for itself when doubled. */
function plain(text: string): string {
  // A remark begins behind a blank, also within quotes; and a value ends with its line.
  if (/[\0\r\n]|\s[;#]/.test(text))
    throw new OpsError('USAGE', `${JSON.stringify(text)} can not stand in a configuration of supervisord.`);
  return text.replaceAll('%', '%%');
}

/** One word as Python's shlex takes it apart. */
const word = (text: string): string => `"${plain(text).replace(/["\\]/g, String.raw`\$&`)}"`;
