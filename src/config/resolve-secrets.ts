import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { absolutePath } from './absolute-path.ts';
import { fits, isMapping, type KeyPath } from './key-path.ts';
import { isSecret } from './refuse-inline-secrets.ts';
import { secretPlaces } from './secret-places.ts';
import type { Environment } from './settings.ts';
import { variable } from './variables.ts';
import type { YamlSource } from './yaml-source.ts';

const secretVariable = /password|passwd|passphrase|token|secret|key|credential/i;
const maxBytes = 65_536;

interface Resolved {
  readonly value: unknown;
  /** What must never be shown. */
  readonly secrets: readonly string[];
}

/**
 * Puts the environment's variables and the contents of secret files where the fleet file names them.
 *
 * A variable's value counts as secret where a secret is expected, and when its name tells of one; a host name that comes
 * by a variable stays readable. Errors: `SECRET_MISSING` for a variable that is not set or empty and for a file that is not
 * there, can't be read, is empty, larger than 64 KiB or holds several lines; `CONFIG_INVALID` for a broken `${`.
 */
export async function resolveSecrets(
  source: YamlSource,
  { env, home }: { env: Environment; home: string },
): Promise<Resolved> {
  const secrets = new Set<string>();

  const fromEnvironment = (path: KeyPath, text: string): string => {
    if (text.replace(variable, '').includes('${'))
      throw source.mistake(path, 'a variable is written ${NAME}, of letters, digits and _');
    return text.replace(variable, (_, name: string) => {
      const value = env[name];
      if (value === undefined || value === '') {
        throw source.mistake(path, `the variable ${name} is ${value === undefined ? 'not set' : 'empty'}`, {
          code: 'SECRET_MISSING',
          hint: `Set ${name} in the environment of rackhand.`,
        });
      }
      if (isSecret(path) || secretVariable.test(name)) secrets.add(value);
      return value;
    });
  };

  const fromFile = async (path: KeyPath, written: string): Promise<string> => {
    const file = absolutePath(fromEnvironment(path, written), { from: dirname(source.path), home });
    const refuse = (say: string) => source.mistake(path, say, { code: 'SECRET_MISSING' });
    const content = await secretText(file).catch((thrown: unknown) => {
      throw refuse(`the secret file can not be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    });
    if (content === '') throw refuse(`the secret file ${file} is empty`);
    if (/[\r\n]/.test(content)) throw refuse(`the secret file ${file} holds more than one line`);
    secrets.add(content);
    return content;
  };

  const resolve = async (path: KeyPath, value: unknown): Promise<unknown> => {
    if (typeof value === 'string') return fromEnvironment(path, value);
    if (Array.isArray(value)) return await Promise.all(value.map((item, index) => resolve([...path, index], item)));
    if (!isMapping(value)) return value;
    const { file, ...others } = value;
    const isSecretFile = typeof file === 'string' && secretPlaces.some((place) => fits(path, place));
    if (isSecretFile && Object.keys(others).length === 0) return await fromFile(path, file);
    const entries = Object.entries(value).map(
      async ([key, item]) => [key, await resolve([...path, key], item)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  };

  return { value: await resolve([], source.value), secrets: [...secrets] };
}

async function secretText(file: string): Promise<string> {
  const found = await stat(file);
  // A FIFO would keep us waiting for its writer.
  if (!found.isFile()) throw new OpsError('SECRET_MISSING', `${file} is not a regular file`);
  if (found.size > maxBytes) throw new OpsError('SECRET_MISSING', `${file} is larger than 64 KiB`);
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}
