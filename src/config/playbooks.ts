import { basename } from 'node:path';
import { opsError, type OpsError } from '../core/errors.ts';
import type { BrokenPlaybook, Fleet } from '../core/node.ts';
import { playbookSchema, type Playbook } from '../core/playbook.ts';
import { issueText } from './issue-text.ts';
import { isMapping } from './key-path.ts';
import { mistakesOf, refusal } from './mistakes.ts';
import { wrongPlaybook } from './playbook-mistakes.ts';
import { refuseInlineSecrets } from './refuse-inline-secrets.ts';
import { playbookKeys } from './schema.ts';
import type { KnownNames } from './known-names.ts';
import { readYamlSource, type YamlSource } from './yaml-source.ts';

/** A file, and the playbook in it or what is wrong with that. */
export type PlaybookFile =
  | { readonly path: string; readonly name: string; readonly playbook: Playbook }
  | BrokenPlaybook;

/** What playbooks are checked against. */
export interface Against {
  readonly fleet: Pick<Fleet, 'nodes'>;
  readonly names: KnownNames;
}

/** Reads files of playbooks; what is wrong with one of them is told of that one alone. */
export async function readPlaybooks(paths: readonly string[], against: Against): Promise<readonly PlaybookFile[]> {
  const read = await Promise.all(paths.map(async (path) => await readPlaybook(path, against)));
  return read.map(({ path, name, source, found }): PlaybookFile => {
    const other = read.find((each) => each.name === name && each.path !== path);
    const isSecond = other !== undefined && name !== undefined;
    const called = name ?? basename(path).replace(/\.ya?ml$/, '');
    if (!('diagnose' in found)) return { path, name: called, mistake: found };
    if (!isSecond || source === undefined) return { path, name: called, playbook: found };
    const say = `another playbook is called this too: ${other.path}`;
    return {
      path,
      name: called,
      mistake: source.mistake(['name'], say, { hint: 'Choose another name for one of them.' }),
    };
  });
}

interface Read {
  readonly path: string;
  /** As it calls itself. */
  readonly name: string | undefined;
  readonly source: YamlSource | undefined;
  readonly found: Playbook | OpsError;
}

async function readPlaybook(path: string, against: Against): Promise<Read> {
  try {
    const source = await readYamlSource(path, 'playbook');
    const { value } = source;
    const { data: name } = playbookSchema.shape.name.safeParse(isMapping(value) ? value['name'] : undefined);
    return { path, name, source, found: playbookIn(source, against) };
  } catch (thrown) {
    return { path, name: undefined, source: undefined, found: opsError(thrown) };
  }
}

const secretHints = {
  value: 'A playbook holds no secrets: what a command needs of them, it reads on its node. This one has leaked.',
  key: 'A playbook holds no secrets: what a command needs of them, it reads on its node.',
};

/** The playbook, or what is wrong with it. */
function playbookIn(source: YamlSource, against: Against): Playbook | OpsError {
  const { value } = source;
  if (value === null || value === undefined) return source.mistake([], 'is empty; a playbook begins with `name:`');
  try {
    refuseInlineSecrets(source, secretHints);
  } catch (thrown) {
    return opsError(thrown);
  }
  const parsed = playbookSchema.safeParse(value, { error: issueText });
  const wrong = parsed.success
    ? wrongPlaybook(parsed.data, against)
    : mistakesOf(parsed.error.issues, value, playbookKeys);
  const refused = refusal(source, wrong);
  if (refused !== undefined) return refused;
  if (!parsed.success) throw parsed.error;
  return parsed.data;
}
