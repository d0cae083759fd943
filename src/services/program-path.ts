import { alterByRun } from '../core/alter.ts';
import { run } from '../core/command.ts';

// What a login shell would add and a command over SSH lacks: tools installed by pip, npm or conda.
const script = `PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/conda/bin:$HOME/.local/bin"
export PATH LC_ALL=C
exec "$@" </dev/null
`;

type Words = readonly [string, ...string[]];
type Options = Parameters<typeof run>[1];

/** A program that only looks, found also where the PATH of the login user does not lead, speaking English. */
export const runFound = (words: Words, options: Options = {}) =>
  run(['sh', '-s', '--', ...words], { ...options, stdin: script });

/** A program that alters something, found in the same way. */
export const alterFound = (words: Words, options: Parameters<typeof alterByRun>[1] = {}) =>
  alterByRun(['sh', '-s', '--', ...words], { ...options, stdin: script });
