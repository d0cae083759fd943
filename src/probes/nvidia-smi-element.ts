/** An element of nvidia-smi's XML, read by the path of tag names below it. Words that stand for "no value" read as null. */
export interface NvidiaSmiElement {
  /** The first of `paths` that has a value. */
  text(...paths: readonly string[]): string | null;
  /** The same as a number, without its unit: `56 C`, `66.84 W`, `192 bank(s)`. */
  number(...paths: readonly string[]): number | null;
  bytes(path: string): number | null;
  elements(path: string): readonly NvidiaSmiElement[];
  /** Every value that tells of a fault, as `fan_speed: ERR!`. */
  faults(): readonly string[];
}

/** Not known to this GPU or not for this user: no fault by itself. Source: nvidia-smi's manual page and NVML's error texts. */
const noValue =
  /^\[?(?:N\/A|Not (?:Supported|Available|Found)|Insufficient Permissions|Function Not Found|Requested functionality has been deprecated)\]?$/i;
const fault = /ERR!|GPU is lost|requires reset|Unknown Error/i;
const mebibyte = 1024 ** 2;

export function nvidiaSmiElement(value: unknown): NvidiaSmiElement {
  const words = (path: string): string | null => {
    const found = at(value, path);
    return typeof found !== 'string' || found === '' || noValue.test(found) || fault.test(found) ? null : found;
  };
  const number = (path: string): number | null => {
    const found = /^-?\d+(?:\.\d+)?(?=$|\s)/.exec(words(path) ?? '')?.[0];
    return found === undefined ? null : Number(found);
  };
  return {
    text: (...paths) => first(paths, words),
    number: (...paths) => first(paths, number),
    bytes(path) {
      const mebibytes = number(path);
      return mebibytes === null ? null : mebibytes * mebibyte;
    },
    elements(path) {
      const found = at(value, path);
      return Array.isArray(found) ? found.map(nvidiaSmiElement) : [];
    },
    faults: () => faultsIn(value, ''),
  };
}

function first<T>(paths: readonly string[], read: (path: string) => T | null): T | null {
  for (const path of paths) {
    const found = read(path);
    if (found !== null) return found;
  }
  return null;
}

const isElement = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (value: unknown, path: string): unknown =>
  path
    .split('/')
    .reduce((inner, tag) => (isElement(inner) && Object.hasOwn(inner, tag) ? inner[tag] : undefined), value);

function faultsIn(value: unknown, tag: string): readonly string[] {
  if (typeof value === 'string') return fault.test(value) ? [`${tag}: ${value}`] : [];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => faultsIn(item, tag));
  return isElement(value) ? Object.entries(value).flatMap(([name, item]) => faultsIn(item, name)) : [];
}
