import { redact } from '../core/text.ts';
import { fits, textsOf, type KeyPath } from './key-path.ts';
import { secretPlaces } from './secret-places.ts';
import { variable } from './variables.ts';
import type { YamlSource } from './yaml-source.ts';

const secretName =
  /^(?:.*[_-])?(?:password|passwd|passphrase|token|secret|api[_-]?key|access[_-]?key|private[_-]?key)$/i;
const secretHeader = /auth|cookie|token|secret|key|password|credential/i;
const instead =
  'Write ${NAME} for a variable of the environment, or { file: path }; a value that stood here has leaked.';

const isSecretPlace = (path: KeyPath) => secretPlaces.some((place) => fits(path, place));

/** Whether the value at a path must never be shown: a password, or a header that logs in. */
export function isSecret(path: KeyPath): boolean {
  const key = String(path.at(-1));
  return isSecretPlace(path) && (path.at(-2) === 'headers' ? secretHeader.test(key) : true);
}

const inFleet = {
  value: instead,
  key: 'Secrets stand in auth.password and in headers only, as ${NAME} or { file: path }.',
};

/** Refuses a file in which a secret is written out; the hints say where it belongs. Errors: `CONFIG_INVALID`. */
export function refuseInlineSecrets(source: YamlSource, hints = inFleet): void {
  for (const { path, text } of textsOf(source.value)) {
    const literal = text.replace(variable, '');
    const key = path.findLast((part) => typeof part === 'string') ?? '';
    if (isSecretPlace(path)) {
      if (isSecret(path) && literal === text)
        throw source.mistake(path, 'a secret is never written out here', { hint: hints.value });
    } else if (secretName.test(key) && path.at(-1) !== 'file') {
      throw source.mistake(path, 'a secret has no place under this key', { on: 'key', hint: hints.key });
    }
    if (redact(literal) !== literal) throw source.mistake(path, 'this looks like a secret', { hint: hints.value });
  }
}
