import type { Ask } from '../core/command.ts';
import { describeAsk } from '../core/describe-ask.ts';
import { redact } from '../core/text.ts';

const mask = '[redacted]';

/**
 * What was put to a node, as it may be kept: without stdin, headers and body, values of the environment, and secrets.
 *
 * Words are redacted one by one, and all together once more: a secret that had to be quoted reads as another text.
 */
export const askWords = (ask: Ask, secrets: readonly string[]): string =>
  redact(describeAsk(withoutSecrets(ask, secrets)), secrets);

function withoutSecrets(ask: Ask, secrets: readonly string[]): Ask {
  if (ask.kind === 'http') return { ...ask, url: urlWithout(ask.url, secrets) };
  if (ask.kind !== 'exec') return ask;
  const [program, ...rest] = ask.words;
  return {
    ...ask,
    words: [
      wordWithout(program, undefined, secrets),
      ...rest.map((word, at) => wordWithout(word, ask.words[at], secrets)),
    ],
  };
}

const variable = /^[A-Z_][A-Z0-9_]*=/;

function wordWithout(word: string, before: string | undefined, secrets: readonly string[]): string {
  const [assigned] = variable.exec(word) ?? [];
  if (assigned !== undefined) return assigned + mask;
  // Whether the redactor takes what stands behind such an option for a secret.
  if (before?.startsWith('-') === true && redact(`${before} x`) !== `${before} x`) return mask;
  const plain = word.replaceAll('\0', '');
  return redact(plain.includes('://') ? urlWithout(plain, secrets) : plain, secrets);
}

/** A URL whose user, and those values of whose query that are secrets, are masked; in a query they may stand encoded. */
function urlWithout(url: string, secrets: readonly string[]): string {
  if (!/[?@]/.test(url)) return url;
  const [, scheme = '', place = '', query = '', fragment = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/)?([^?#]*)(\?[^#]*)?(#.*)?$/is.exec(url) ?? [];
  const asked = query.replace(/([?&])([^=&]*)=([^&]*)/g, (pair: string, mark: string, key: string, value: string) => {
    const plain = `${decoded(key)}=${decoded(value)}`;
    return redact(plain, secrets) === plain ? pair : `${mark}${key}=${mask}`;
  });
  return scheme + place.replace(/^[^/]*@/, `${mask}@`) + asked + fragment;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
