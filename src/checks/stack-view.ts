import { need, type Subject, type Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { Stack } from '../core/stack.ts';
import { stackFile, type StackFile } from '../probes/stack-file.ts';
import type { StackService } from '../probes/stack-service.ts';
import { engineOffers } from '../probes/engine-offers.ts';
import { isUp, stackMembers, type StackMember } from '../probes/stack-members.ts';
import { stackOllama } from '../probes/stack-ollama.ts';
import type { ServerAnswer } from '../probes/stack-servers.ts';
import type { EngineDown } from '../services/engine-answer.ts';

/** The compose stack of a node that declares one. */
export const stackNode = ({ stack }: Node): readonly Subject<Stack>[] =>
  stack === undefined ? [] : [{ id: 'stack', value: stack }];

/** What its compose file says. */
export const needFile = ({ file }: Stack, { become }: Node) => need(stackFile, { path: file, become });

export type Declared = Extract<StackFile, { read: true }>;

/** That a file can't be read is for `stack.profile` to say; whoever needs it knows nothing then. */
export const fileUnknown = ({ file }: Stack): Verdict => ({
  status: 'unknown',
  summary: `Not known, as ${file} can not be read; see stack.profile.`,
});

export type Hardware = 'cpu' | 'nvidia' | 'amd';

const hardwareWords: ReadonlySet<string> = new Set(['cpu', 'gpu', 'nvidia', 'cuda', 'amd', 'rocm']);

/** What the variants of a service have in common: `ollama` of `ollama-gpu-amd`. */
export const familyOf = (service: string): string =>
  service
    .split(/[-_]/)
    .filter((word) => !hardwareWords.has(word.toLowerCase()))
    .join('-') || service;

/** The variants of each service that has more than one, or a profile that chooses it. */
export function familiesIn({ services }: Declared, stack: Stack): ReadonlyMap<string, readonly StackService[]> {
  const chosen = services.filter((service) => profilesOf(service, stack).length > 0);
  const names = [...new Set(chosen.map(({ name }) => familyOf(name)))].toSorted();
  return new Map(names.map((name) => [name, chosen.filter((service) => familyOf(service.name) === name)]));
}

/** By the file, and by the fleet file where that does not tell. */
export const profilesOf = ({ name, profiles }: StackService, stack: Stack): readonly string[] => [
  ...new Set([
    ...profiles,
    ...Object.entries(stack.profiles).flatMap(([profile, names]) => (names.includes(name) ? [profile] : [])),
  ]),
];

/** The profiles that choose hardware: those with variants of the same service, those that ask for GPUs, and declared ones. */
export function hardwareProfiles(file: Declared, stack: Stack): ReadonlyMap<string, Hardware> {
  const named = new Set([...Object.keys(stack.profiles), ...(stack.profile === undefined ? [] : [stack.profile])]);
  const all = [...new Set(file.services.flatMap((service) => profilesOf(service, stack)))].toSorted();
  const chosen = all.filter((profile) => {
    const own = file.services.filter((service) => profilesOf(service, stack).includes(profile));
    return (
      named.has(profile) ||
      own.some(({ asks }) => asks !== null) ||
      own.some(({ name }) =>
        file.services.some((other) => other.name !== name && isVariant(other, name, profile, stack)),
      )
    );
  });
  return new Map(chosen.map((profile) => [profile, hardwareOf(profile, file, stack)]));
}

const isVariant = (other: StackService, name: string, profile: string, stack: Stack): boolean => {
  const profiles = profilesOf(other, stack);
  return familyOf(other.name) === familyOf(name) && profiles.length > 0 && !profiles.includes(profile);
};

function hardwareOf(profile: string, { services }: Declared, stack: Stack): Hardware {
  const asked = services.flatMap((service) =>
    service.asks !== null && profilesOf(service, stack).includes(profile) ? [service.asks] : [],
  );
  if (asked[0] !== undefined) return asked[0];
  if (/nvidia|cuda/i.test(profile)) return 'nvidia';
  return /amd|rocm/i.test(profile) ? 'amd' : 'cpu';
}

const placeOf = ({ socket }: Stack, { become }: Node) => ({ server: `unix://${socket}`, become });

export const membersInput = (stack: Stack, node: Node) => ({
  path: stack.file,
  project: stack.project,
  become: node.become,
  place: placeOf(stack, node),
});

/** Its containers. */
export const needMembers = (stack: Stack, node: Node) => need(stackMembers, membersInput(stack, node));
/** What its engine has for them. */
export const needOffers = (stack: Stack, node: Node) => need(engineOffers, placeOf(stack, node));

/** Why its engine tells nothing; whether that is trouble is for `stack.profile` to say. */
export const engineUnknown = ({ say }: EngineDown): Verdict => ({
  status: 'unknown',
  summary: `Not known, as the container engine tells nothing: ${say}; see stack.profile.`,
});

/** What compose is told to make the containers of a stack, or one service of it. */
export const compose = (stack: Stack, profile: string | null, words: string): string =>
  `docker compose -f ${stack.file}${profile === null ? '' : ` --profile ${profile}`} ${words}`;

/** Of the hardware profiles those of which a container runs that belongs to no other one. */
export function activeProfiles(
  file: Declared,
  stack: Stack,
  members: readonly StackMember[],
): readonly ActiveProfile[] {
  const up = new Set(members.filter(isUp).map(({ service }) => service));
  return [...hardwareProfiles(file, stack)].flatMap(([profile, hardware]): readonly ActiveProfile[] => {
    const own = file.services.filter((service) => {
      const profiles = profilesOf(service, stack).filter((each) => hardwareProfiles(file, stack).has(each));
      return profiles.length === 1 && profiles[0] === profile && up.has(service.name);
    });
    return own.length === 0 ? [] : [{ profile, hardware, services: own.map(({ name }) => name) }];
  });
}

export interface ActiveProfile {
  readonly profile: string;
  readonly hardware: Hardware;
  /** Those of it that run. */
  readonly services: readonly string[];
}

/** Services that run once and provision what others work with. */
export const isInit = (service: StackService, file: Declared, { init }: Stack): boolean =>
  init.length > 0
    ? init.includes(service.name)
    : service.isShellLine && service.needs.some((name) => file.services.some((other) => other.name === name));

/** Where one of its servers is asked. */
export const serverInput = (stack: Stack, node: Node, url: string | undefined) => ({
  ...membersInput(stack, node),
  url,
});
/** What its Ollama says. */
export const needOllama = (stack: Stack, node: Node) => need(stackOllama, serverInput(stack, node, stack.ollama.url));

/** That one of its servers is down or silent is for `stack.profile` and `stack.health` to say. */
export function serverUnknown(answer: ServerAnswer<object>, name: string): Verdict {
  if (answer.state === 'down')
    return { status: 'not_applicable', summary: `No container of ${name} runs; see stack.profile.` };
  const why =
    answer.state === 'untold'
      ? `the container engine tells nothing: ${answer.why}`
      : `${name} does not tell; see stack.health`;
  return { status: 'unknown', summary: `Not known, as ${why}.` };
}
