import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { absolutePath } from './absolute-path.ts';

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

const environmentSchema = z.object({
  RACKHAND_FLEET: z.string().optional(),
  RACKHAND_LOG: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('warn'),
  RACKHAND_STATE: z.string().optional(),
  XDG_STATE_HOME: z.string().optional(),
});

/** What the environment decides. */
export interface Settings {
  /** The fleet file that RACKHAND_FLEET names. */
  readonly fleet: string | undefined;
  readonly log: (typeof logLevels)[number];
  /** Folder for what is kept: evidence, audit. */
  readonly state: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of an environment; an empty variable counts as not set.
 *
 * Errors: `CONFIG_INVALID`, naming the variable. Source of the state folder: XDG Base Directory Specification 0.8, which
 * wants a relative XDG_STATE_HOME ignored.
 */
export function readSettings({ env, cwd, home }: { env: Environment; cwd: string; home: string }): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new OpsError('CONFIG_INVALID', `${issue?.path.join('.')}: ${issue?.message}.`, {
      hint: 'Set it to one of these, or unset it.',
    });
  }
  const { RACKHAND_FLEET: fleet, RACKHAND_LOG: log, RACKHAND_STATE: state, XDG_STATE_HOME: xdg } = parsed.data;
  const states = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.local/state');
  return {
    fleet: fleet === undefined ? undefined : absolutePath(fleet, { from: cwd, home }),
    log,
    state: state === undefined ? join(states, 'rackhand') : absolutePath(state, { from: cwd, home }),
  };
}
