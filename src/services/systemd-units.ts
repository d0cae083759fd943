import { OpsError } from '../core/errors.ts';
import type { Launch, Launches } from './instance-launch.ts';

/** One unit file for each instance, by its file name. Errors: `USAGE` for what a unit can't hold. Source: systemd.service(5). */
export const systemdUnits = ({ declared, all }: Launches): Readonly<Record<string, string>> =>
  Object.fromEntries(all.map((launch) => [`${launch.name}.service`, unitOf(launch, declared)]));

function unitOf(
  { name, gpu, python, script, cwd, args, env }: Launch,
  { user, cpuOnly, restartDelayMs, maxRestarts, startSeconds }: Launches['declared'],
): string {
  return [
    '[Unit]',
    `Description=ComfyUI ${name} ${cpuOnly ? 'on the CPU' : `on GPU ${gpu}`}`,
    'After=network.target',
    // So many failed starts within the time that they may take, then no more.
    `StartLimitIntervalSec=${Math.ceil((startSeconds + restartDelayMs / 1_000) * Math.max(1, maxRestarts))}`,
    `StartLimitBurst=${maxRestarts + 1}`,
    '',
    '[Service]',
    `ExecStart=${[python, script, ...args].map(commandWord).join(' ')}`,
    `WorkingDirectory=${percent(cwd)}`,
    ...Object.entries(env).map(([key, value]) => `Environment=${quoted(`${key}=${value}`)}`),
    ...(user === undefined ? [] : [`User=${percent(user)}`]),
    'Restart=on-failure',
    `RestartSec=${restartDelayMs}ms`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

function percent(text: string): string {
  if (/[\0\r\n]/.test(text)) throw new OpsError('USAGE', `${JSON.stringify(text)} can not stand in a unit of systemd.`);
  return text.replaceAll('%', '%%');
}

const quoted = (text: string): string => `"${percent(text).replace(/["\\]/g, String.raw`\$&`)}"`;
/** In a command a dollar sign is a variable, also within quotes. */
const commandWord = (text: string): string => quoted(text).replaceAll('$', '$$$$');
