import { need, type Subject, type Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { Stack } from '../core/stack.ts';
import { stackFile, type StackFile } from '../probes/stack-file.ts';
import type { StackService } from '../probes/stack-service.ts';

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
