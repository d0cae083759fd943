import { execa, ExecaError } from 'execa';
import { OpsError } from '../core/errors.ts';

/** What is asked of ssh_config: a name, and what is known of it already. */
export interface SshName {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly identity?: string | undefined;
  readonly config?: string | undefined;
}

/** The keywords that hold for a name, in lower case, each with its values in order. */
export type SshKeywords = ReadonlyMap<string, readonly string[]>;

const deadlineMs = 10_000;

/**
 * What the system's `ssh` would do for a name; undefined where there is no such program.
 *
 * Errors: `CONFIG_INVALID` with the words of ssh when its configuration is wrong, or when there is a `config` but no ssh
 * to read it.
 */
export async function sshLookup({ host, port, user, identity, config }: SshName): Promise<SshKeywords | undefined> {
  const words = [
    '-G',
    ...(config === undefined ? [] : ['-F', config]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(identity === undefined ? [] : ['-i', identity]),
  ];
  try {
    // -T only keeps ssh from remarking that it has no terminal.
    const { stdout } = await execa('ssh', ['-T', ...words, '--', host], { stdin: 'ignore', timeout: deadlineMs });
    return keywords(stdout);
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    if (cause.code === 'ENOENT') {
      if (config === undefined) return undefined;
      throw new OpsError('CONFIG_INVALID', `${config} can not be read without the program ssh`, {
        cause,
        hint: 'Install the OpenSSH client, or give host, port, user and identity in the fleet file instead.',
      });
    }
    const said = String(cause.stderr).trim().split('\n')[0] || cause.shortMessage;
    throw new OpsError('CONFIG_INVALID', `ssh can not tell how to reach ${host}: ${said}`, {
      cause,
      hint: `Try: ssh -G ${config === undefined ? '' : `-F ${config} `}${host}`,
    });
  }
}

function keywords(output: string): SshKeywords {
  const found = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const [keyword = '', ...words] = line.split(' ');
    if (words.length > 0) found.set(keyword, [...(found.get(keyword) ?? []), words.join(' ')]);
  }
  return found;
}
