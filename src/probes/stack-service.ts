import type { Filled } from './compose-variables.ts';
import { keysOf, type Keys } from './compose-text.ts';

export interface StackMount {
  readonly type: string;
  /** An absolute path of the node for a bind, the key of the volume for a volume; null for what has none. */
  readonly source: string | null;
  readonly target: string;
  readonly readOnly: boolean;
}

/** One service of a compose file, as far as a check asks. */
export interface StackService {
  readonly name: string;
  /** Without one it always runs. */
  readonly profiles: readonly string[];
  readonly image: string | null;
  /** By what it asks for GPUs. */
  readonly asks: 'nvidia' | 'amd' | null;
  /** Device files of the node that it is given. */
  readonly devices: readonly string[];
  /** GPUs that it names by number or id. */
  readonly deviceIds: readonly string[];
  /** Keys of the networks of the file; empty with a network mode. */
  readonly networks: readonly string[];
  readonly mounts: readonly StackMount[];
  readonly needs: readonly string[];
  readonly restart: string | null;
  /** It runs a line of a shell instead of the program of its image. */
  readonly isShellLine: boolean;
  /** Anchors that it is built on. */
  readonly bases: readonly string[];
  /** Of its environment the variables that a check names. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface ServiceRoom {
  /** Puts variables into a text. */
  fill(text: string): Filled['text'];
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly bases: readonly string[];
  readonly wanted: readonly string[];
}

/** Source: the Compose specification, services. */
export function stackService(name: string, keys: Keys, room: ServiceRoom): StackService {
  const text = (value: unknown): string | null => (isText(value) ? room.fill(String(value)) : null);
  const texts = (value: unknown): string[] => listOf(value).flatMap<string>((item) => text(item) ?? []);
  const names = (value: unknown): string[] => (Array.isArray(value) ? texts(value) : Object.keys(keysOf(value) ?? {}));
  const requests = requestsOf(keys);
  const devices = listOf(keys['devices']).flatMap(
    (item) =>
      text(keysOf(item)?.['source'] ?? item)
        ?.split(':')
        .slice(0, 1) ?? [],
  );
  const mode = text(keys['network_mode']);
  const isNvidia =
    text(keys['runtime']) === 'nvidia' ||
    devices.some((path) => path.startsWith('/dev/nvidia') || path.startsWith('nvidia.com/gpu')) ||
    requests.some((request) => isGpuRequest(texts(request['capabilities']), text(request['driver'])));
  return {
    name,
    profiles: texts(keys['profiles']),
    image: text(keys['image']),
    asks: isNvidia ? 'nvidia' : devices.some((path) => /^\/dev\/(?:kfd|dri)/.test(path)) ? 'amd' : null,
    devices,
    deviceIds: requests.flatMap((request) => texts(request['device_ids'])),
    networks: mode !== null ? [] : 'networks' in keys ? names(keys['networks']) : ['default'],
    mounts: listOf(keys['volumes']).flatMap((item) => mountOf(item, text, room.folder) ?? []),
    needs: names(keys['depends_on']),
    restart: text(keys['restart']),
    isShellLine: isShell(texts(keys['entrypoint'])),
    bases: room.bases,
    settings: settingsOf(keys['environment'], room.wanted, text),
  };
}

const isText = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** Both ways to ask for devices: of a deployment, and `gpus`, which may be the word `all`. */
function requestsOf(keys: Keys): readonly Keys[] {
  const reservations = keysOf(keysOf(keysOf(keys['deploy'])?.['resources'])?.['reservations']);
  const wanted = keys['gpus'] === 'all' ? [{}] : listOf(keys['gpus']);
  const gpus = wanted.map((each): Keys => ({ capabilities: ['gpu'], ...keysOf(each) }));
  return [...listOf(reservations?.['devices']).flatMap<Keys>((each) => keysOf(each) ?? []), ...gpus];
}

const isGpuRequest = (capabilities: readonly string[], driver: string | null): boolean =>
  driver === 'nvidia' ||
  (driver !== 'cdi' && driver !== 'amd' && capabilities.some((each) => /^(?:gpu|nvidia)$/.test(each)));

const isShell = ([first = '']: readonly string[]): boolean => /^(?:\/\S*\/)?(?:ba|da|a)?sh(?:\s|$)/.test(first.trim());

type TextOf = (value: unknown) => string | null;

function mountOf(item: unknown, text: TextOf, folder: string): StackMount | undefined {
  const keys = keysOf(item);
  if (keys !== undefined) {
    const [type, source, target] = [text(keys['type']), text(keys['source']), text(keys['target'])];
    if (target === null) return undefined;
    const path = type === 'bind' && source !== null ? absolute(source, folder) : source;
    return { type: type ?? 'volume', source: path, target, readOnly: keys['read_only'] === true };
  }
  const parts = text(item)?.split(':') ?? [];
  const [source = '', target, options = ''] = parts;
  if (source === '') return undefined;
  if (target === undefined) return { type: 'volume', source: null, target: source, readOnly: false };
  const isBind = /^[./~]/.test(source);
  return {
    type: isBind ? 'bind' : 'volume',
    source: isBind ? absolute(source, folder) : source,
    target,
    readOnly: options.split(',').includes('ro'),
  };
}

/** A path as the engine is given it; `~` is the home of who called compose, which is not known here. */
function absolute(path: string, folder: string): string {
  if (path.startsWith('~')) return path;
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A list of `NAME=value`, or a mapping. What has no value comes from the environment of who called compose. */
function settingsOf(value: unknown, wanted: readonly string[], text: TextOf): Readonly<Record<string, string>> {
  const pairs = Array.isArray(value)
    ? value.flatMap((item: unknown) => (typeof item === 'string' && item.includes('=') ? [split(item)] : []))
    : Object.entries(keysOf(value) ?? {});
  const named = pairs.filter(([name]) => wanted.includes(name));
  return Object.fromEntries(named.flatMap(([name, each]) => (text(each) === null ? [] : [[name, text(each) ?? '']])));
}

const split = (item: string): [string, unknown] => {
  const at = item.indexOf('=');
  return [item.slice(0, at), item.slice(at + 1)];
};
