import { commandLine } from '../core/quote.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import type { EngineDown } from './engine-answer.ts';
import type { ComposeLabels, EngineContainer } from './engine-containers.ts';

/** A container that compose made. */
export type ComposeContainer = EngineContainer & { readonly compose: ComposeLabels };

/** The project that is meant, with its containers: those of `compose run` are none of a service. */
export interface ComposeProject {
  readonly project: string;
  readonly containers: readonly ComposeContainer[];
}

/** By its name, else by the file that its containers name, else by the folder of that file. */
export function composeProject(
  { project, config }: ManagerPlace,
  all: readonly EngineContainer[],
): ComposeProject | EngineDown {
  const made = all.filter(isOfCompose);
  const ofFile = config === undefined ? made : made.filter(({ compose }) => compose.configFiles.includes(config));
  const names = [...new Set(ofFile.map(({ compose }) => compose.project))];
  const [only, ...others] = names;
  const named = project ?? (others.length === 0 ? only : undefined);
  if (named === undefined && config !== undefined && only === undefined) return of(folderName(config), made);
  if (named !== undefined) return of(named, made);
  const say =
    only === undefined
      ? 'no container is of a project, and neither `config` nor `project` says which is meant'
      : `it runs the projects ${names.join(', ')}${config === undefined ? '' : ` from ${config}`}, and no \`project\` says which is meant`;
  return { reachable: false, reason: 'absent', say };
}

const of = (project: string, made: readonly ComposeContainer[]): ComposeProject => ({
  project,
  containers: made.filter(({ compose }) => compose.project === project && !compose.oneOff),
});

const isOfCompose = (container: EngineContainer): container is ComposeContainer => container.compose !== null;

/** Source: compose-spec, project name: letters, digits, `-` and `_`, in lower case, beginning with a letter or digit. */
const folderName = (config: string): string =>
  (config.split('/').at(-2) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

/** `docker compose -p lab -f /srv/lab/compose.yaml up -d llama`: for a person, where the engine alone can't do it. */
export const composeCommand = (
  { config, project }: { readonly config?: string | undefined; readonly project: string },
  ...words: readonly string[]
): string =>
  commandLine(['docker', 'compose', '-p', project, ...(config === undefined ? [] : ['-f', config]), ...words]);
