import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { comfyuiSettings, ollamaSettings } from '../core/stack.ts';
import { clean } from '../core/text.ts';
import { composeText, keysOf, type ComposeText } from './compose-text.ts';
import { filled, variablesIn } from './compose-variables.ts';
import { stackService, type StackService } from './stack-service.ts';

/** A network or volume of a compose file. */
export interface StackThing {
  readonly key: string;
  /** What the engine calls it, where the file says so. */
  readonly name: string | null;
  /** It is made by somebody else, and must be there. */
  readonly external: boolean;
}

/** What a compose file declares, without the values of any environment but those that may be shown. */
export type StackFile =
  | {
      readonly read: true;
      readonly project: string;
      readonly services: readonly StackService[];
      readonly networks: readonly StackThing[];
      readonly volumes: readonly StackThing[];
      /** Variables that have no value, as far as the node tells: who called compose may have had one. */
      readonly unset: readonly string[];
      /** It takes in other files (`include`, `extends`), which are not read. */
      readonly more: boolean;
    }
  | { readonly read: false; readonly missing: boolean; readonly why: string };

/** Which compose file. */
export interface StackInput {
  readonly path: string;
  readonly become?: 'sudo' | undefined;
}

const mostBytes = 1_048_576;
const shown: readonly string[] = [...ollamaSettings, ...comfyuiSettings];

/** Both files may hold secrets: evidence keeps only how much they were, and the fact only what a check asks for. */
export const stackFile = defineProbe({
  name: 'stack.file',
  summary: 'What a compose file declares: services, profiles, images, devices, networks and mounts',
  *steps({ path, become }: StackInput): Asking<StackFile> {
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    const options = { bytes: mostBytes, hidden: true, become };
    const [file, env] = yield* askAll([read(path, options), read(`${folder}/.env`, options)]);
    if (!file.ok) return unread(file);
    if (file.size > mostBytes) return { read: false, missing: false, why: 'it is larger than 1 MiB' };
    const text = composeText(decoded(file));
    if (typeof text === 'string') return { read: false, missing: false, why: text };
    return declared(text, folder, env.ok ? variablesIn(decoded(env)) : new Map());
  },
});

const unread = ({ errno, message }: FileTrouble): StackFile => ({
  read: false,
  missing: errno === 'ENOENT' || errno === 'ENOTDIR',
  why: `${message} (${errno})`,
});

const decoded = ({ bytes }: ReadFound): string => clean(new TextDecoder().decode(bytes));

function declared({ whole, bases }: ComposeText, folder: string, variables: ReadonlyMap<string, string>): StackFile {
  const unset = new Set<string>();
  const fill = (text: string): string => {
    const result = filled(text, variables);
    for (const name of result.unset) unset.add(name);
    return result.text;
  };
  const given = Object.entries(keysOf(whole['services']) ?? {}).map(
    ([name, value]) => [name, keysOf(value) ?? {}] as const,
  );
  const services = given.map(([name, keys]) =>
    stackService(name, keys, { fill, folder, bases: bases[name] ?? [], wanted: shown }),
  );
  const things = (value: unknown): StackThing[] =>
    Object.entries(keysOf(value) ?? {}).map(([key, each]) => {
      const keys = keysOf(each) ?? {};
      const name = keys['name'] ?? keysOf(keys['external'])?.['name'];
      return {
        key,
        name: typeof name === 'string' ? fill(name) : null,
        external: keys['external'] !== undefined && keys['external'] !== false,
      };
    });
  const own = whole['name'];
  return {
    read: true,
    project: typeof own === 'string' ? fill(own) : projectOf(folder),
    services,
    networks: things(whole['networks']),
    volumes: things(whole['volumes']),
    unset: [...unset].toSorted(),
    more: 'include' in whole || given.some(([, keys]) => 'extends' in keys),
  };
}

/** As compose makes it of the folder of the file. Source: compose-go, NormalizeProjectName. */
const projectOf = (folder: string): string =>
  folder
    .slice(folder.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
