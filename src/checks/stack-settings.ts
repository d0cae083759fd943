import type { Check, Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Stack } from '../core/stack.ts';
import { isUp, type StackMember } from '../probes/stack-members.ts';
import {
  compose,
  engineUnknown,
  fileUnknown,
  isInit,
  needFile,
  needMembers,
  stackNode,
  type Declared,
} from './stack-view.ts';

type Settings = Readonly<Record<string, string | undefined>>;

interface Server {
  readonly name: string;
  /** What its images are called. */
  readonly image: 'ollama' | 'comfyui';
  readonly summary: string;
  readonly rule: string;
  readonly wanted: readonly string[];
  expected(stack: Stack): Settings;
  /** What two settings together make of each other. */
  together?(has: Settings): string | undefined;
}

type Needs = { readonly file: ReturnType<typeof needFile>; readonly members: ReturnType<typeof needMembers> };

/** A check of the environment that a server of the stack was created with: what the fleet file wants, or else the compose file. */
export const settingsCheck = (server: Server): Check<Stack, Needs> => ({
  name: server.name,
  summary: server.summary,
  layer: 'inference',
  rule: server.rule,
  unseen: 'What its program sets for itself, and all other variables: they are never read.',
  subjects: stackNode,
  needs: (stack, node) => ({ file: needFile(stack, node), members: needMembers(stack, node) }),
  evaluate({ file, members }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    if (!members.reachable) return [engineUnknown(members)];
    const inits = new Set(file.services.filter((each) => isInit(each, file, stack)).map(({ name }) => name));
    const running = members.members.filter(
      (member) =>
        isUp(member) &&
        [member.image, member.service].some((name) => name.includes(server.image)) &&
        !inits.has(member.service),
    );
    if (running.length === 0)
      return [{ status: 'not_applicable', summary: `No container of the stack runs ${server.image}.` }];
    return running.map((member) => ({
      subject: `container:${member.service}`,
      ...verdictOn(member, server, file, stack),
    }));
  },
});

function verdictOn({ service, env }: StackMember, server: Server, file: Declared, stack: Stack): Verdict {
  const declared = file.services.find(({ name }) => name === service)?.settings ?? {};
  const expected: Settings = { ...declared, ...server.expected(stack) };
  const names = server.wanted.filter((name) => expected[name] !== undefined);
  const wrong = names.filter((name) => !isSame(env[name], expected[name]));
  if (wrong.length > 0) {
    const said = wrong.map((name) => `${name} is ${env[name] ?? 'not set'} and must be ${expected[name]}`);
    const inFile = wrong.filter((name) => !isSame(declared[name], expected[name]));
    return {
      status: 'degraded',
      summary: `${service}: ${said.join(', ')}.`,
      restartHelps: 'no',
      next: [
        {
          say: `${inFile.length > 0 ? `Set ${inFile.join(', ')} in ${stack.file}, then create` : 'Create'} the container anew, it keeps what it was created with: ${compose(stack, null, `up -d --force-recreate --no-deps ${service}`)}`,
        },
      ],
    };
  }
  const together = server.together?.(env);
  if (together !== undefined)
    return {
      status: 'degraded',
      summary: `${service}: ${together}.`,
      restartHelps: 'no',
      next: [{ say: `Set both in ${stack.file}, or neither.` }],
    };
  if (names.length === 0)
    return { status: 'not_applicable', summary: `Nothing is declared of the settings of ${service}.` };
  const shown = names.map((name) => `${name}=${env[name]}`).join(', ');
  return { status: 'ok', summary: `${service} runs with ${count(names.length, 'declared setting')}: ${shown}.` };
}

/** Programs in Go read a flag in several ways. */
const isSame = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && plain(a) === plain(b);
const plain = (value: string): string => {
  const text = value.trim().toLowerCase();
  if (/^(?:1|t|true)$/.test(text)) return 'true';
  return /^(?:0|f|false)$/.test(text) ? 'false' : text;
};
