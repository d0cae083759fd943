import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { z } from 'zod';

/** A key of a compose file with what stands there, whose shape is not checked yet. */
export type Keys = Readonly<Record<string, unknown>>;

/** A compose file as it is written, its anchors and merges resolved. */
export interface ComposeText {
  readonly whole: Keys;
  /** By service: the anchors that it is built on with `<<`. */
  readonly bases: Readonly<Record<string, readonly string[]>>;
}

/** More aliases than any compose file has: one that multiplies itself is not unfolded. */
const mostAliases = 500;

/** The file, or what is wrong with it in a few words. Values of it are never in those. */
export function composeText(text: string): ComposeText | string {
  const document = parseDocument(text, { merge: true, logLevel: 'silent', uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) return `line ${error.linePos?.[0].line ?? '?'} is no YAML (${error.code})`;
  const whole = plain(document);
  if (whole === undefined) return 'its aliases lead nowhere, or to too much';
  const { success, data } = keysSchema.safeParse(whole);
  if (!success || keysOf(data['services']) === undefined) return 'it has no services';
  return { whole: data, bases: basesOf(document) };
}

const keysSchema = z.record(z.string(), z.unknown());

/** The keys below a key, or undefined where there are none. */
export const keysOf = (value: unknown): Keys | undefined => keysSchema.safeParse(value).data;

/** Errors of the package tell of an alias that is not there, or of too many. */
function plain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch {
    return undefined;
  }
}

function basesOf(document: Document): Readonly<Record<string, readonly string[]>> {
  const services = document.get('services');
  if (!isMap(services)) return {};
  return Object.fromEntries(
    services.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', isMap(value) ? merged(value) : []]),
  );
}

function merged({
  items,
}: {
  readonly items: readonly { readonly key: unknown; readonly value: unknown }[];
}): string[] {
  return items
    .filter(({ key }) => isScalar(key) && String(key.source ?? key.value) === '<<')
    .flatMap(({ value }) => (isSeq(value) ? value.items : [value]))
    .flatMap((value) => (isAlias(value) ? [value.source] : []));
}
