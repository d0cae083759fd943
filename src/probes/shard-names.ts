import { isRecord, jsonValue } from '../services/record.ts';

/** Of which files a model in parts is made: by the number in its name, or by its index. */
export type ShardNames = { readonly by: 'number'; readonly names: readonly string[] } | { readonly by: 'index' } | null;

const numbered = /^(.*-)(\d{5})-of-(\d{5})(\.[^/]+)$/;
const most = 500;

export const isIndex = (path: string): boolean => /\.(?:safetensors|bin)\.index\.json$/.test(path);

/**
 * Llama.cpp and transformers both number parts `-00001-of-00003`; transformers also lists them in an index.
 *
 * Names are without their folder. A number beyond all reason is no part of anything.
 */
export function shardNames(path: string): ShardNames {
  if (isIndex(path)) return { by: 'index' };
  const [, begin, , total = '0', end] = numbered.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  const count = Number(total);
  if (begin === undefined || count < 1 || count > most) return null;
  const names = Array.from(
    { length: count },
    (_, index) => `${begin}${String(index + 1).padStart(5, '0')}-of-${total}${end}`,
  );
  return { by: 'number', names };
}

/** The files that an index names, or why it can not be read. */
export function shardsOfIndex(text: string): readonly string[] | string {
  const index = jsonValue(text);
  const map: unknown = isRecord(index) ? index['weight_map'] : undefined;
  if (!isRecord(map)) return 'it is no index: it has no weight_map';
  const names = [...new Set(Object.values(map))].filter((name) => typeof name === 'string');
  const strange = names.find((name) => name === '' || name.includes('\0') || /(?:^|\/)\.\.?(?:\/|$)|^\//.test(name));
  if (strange !== undefined) return `it names ${JSON.stringify(strange)}, which is outside of its folder`;
  if (names.length === 0 || names.length > most) return `it names ${names.length} files`;
  return names.toSorted();
}
