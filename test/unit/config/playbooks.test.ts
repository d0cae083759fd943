import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { playbookText } from '../../../src/config/playbook-text.ts';
import { playbookJsonSchema } from '../../../src/config/schema.ts';
import { playbookSchema } from '../../../src/core/playbook.ts';
import { playbooks } from '../../../src/playbooks/index.ts';
import { playbookStarter } from '../../../src/text/playbook-starter.ts';
import { fleetWith, saidOf } from '../../support/playbook-text.ts';

const playbook = (name: string) =>
  `name: ${name}\ntitle: T\nsummary: S\ndiagnose: [{ asks: 'Well?', checks: [node.disk] }]\n`;

const names = async (read: ReturnType<typeof fleetWith>['read']) => {
  const { nodes, playbooks, brokenPlaybooks } = await read();
  expect(nodes).toHaveLength(1);
  return [playbooks.map(({ name }) => name), brokenPlaybooks.map(({ name }) => name)];
};

describe('the playbooks beside a fleet file', () => {
  test('are its files that end in .yaml and .yml, and none in folders below', async () => {
    const { read } = fleetWith({
      'b.yaml': playbook('b'),
      'a.yml': playbook('a'),
      '.hidden.yaml': playbook('hidden'),
      'notes.txt': 'no playbook',
      'b.yaml~': 'what an editor keeps',
      'old/c.yaml': playbook('c'),
    });
    expect(await names(read)).toEqual([['a', 'b'], []]);
  });

  test('need not be there', async () => {
    expect(await names(fleetWith({}).read)).toEqual([[], []]);
  });

  test('are left out where they are wrong, and the fleet works', async () => {
    const { read } = fleetWith({
      'good.yaml': playbook('good'),
      'calls_itself.yaml': `${playbook('bad')}most: 99\n`,
      'no_yaml.yaml': '{',
      'no-name.yaml': 'name: No Name\n',
    });
    expect(await names(read)).toEqual([['good'], ['bad', 'no-name', 'no_yaml']]);
  });

  test('are all left out that share a name, for nobody can tell which one was meant', async () => {
    const { read } = fleetWith({
      'a.yaml': playbook('same'),
      'b.yaml': playbook('same'),
      'c.yaml': playbook('other'),
    });
    expect(await names(read)).toEqual([['other'], ['same', 'same']]);
    expect(saidOf(await read())).toBe(
      'a.yaml:1:7: name: another playbook is called this too: b.yaml\nChoose another name for one of them.',
    );
  });

  test('whose names are those of broken ones are left out with them', async () => {
    const { read } = fleetWith({ 'a.yaml': playbook('same'), 'b.yaml': `${playbook('same')}most: 99\n` });
    expect(await names(read)).toEqual([[], ['same', 'same']]);
  });

  test.each([
    ['a folder', (path: string) => mkdirSync(path), 'a.yaml: is a directory, not a file'],
    ['a link that leads nowhere', (path: string) => symlinkSync('/nowhere', path), 'a.yaml: can not be read: '],
    ['a device', (path: string) => symlinkSync('/dev/zero', path), 'a.yaml: is not a regular file'],
  ])('that are %s are told of', async (_, make, says) => {
    const { folder, read } = fleetWith({ 'b.yaml': playbook('b') });
    make(join(folder.path, 'playbooks/a.yaml'));
    expect(await names(read)).toEqual([['b'], ['a']]);
    expect(saidOf(await read())).toContain(says);
  });

  test('are told of where their folder is a file', async () => {
    const { folder, read } = fleetWith({});
    folder.write('playbooks', 'what is this');
    expect(await names(read)).toEqual([[], ['playbooks']]);
  });
});

describe('the next call', () => {
  test('sees what was added, edited, renamed, mended and removed', async () => {
    const { folder, read } = fleetWith({});
    expect(await names(read)).toEqual([[], []]);
    folder.write('playbooks/a.yaml', playbook('a'));
    expect(await names(read)).toEqual([['a'], []]);
    folder.write('playbooks/a.yaml', playbook('a2'));
    expect(await names(read)).toEqual([['a2'], []]);
    folder.write('playbooks/a.yaml', 'name: a2\n');
    expect(await names(read)).toEqual([[], ['a2']]);
    folder.write('playbooks/a.yaml', playbook('a3'));
    expect(await names(read)).toEqual([['a3'], []]);
    renameSync(join(folder.path, 'playbooks/a.yaml'), join(folder.path, 'playbooks/a.yaml.off'));
    expect(await names(read)).toEqual([[], []]);
    renameSync(join(folder.path, 'playbooks/a.yaml.off'), join(folder.path, 'playbooks/a.yaml'));
    expect(await names(read)).toEqual([['a3'], []]);
    rmSync(join(folder.path, 'playbooks'), { recursive: true });
    expect(await names(read)).toEqual([[], []]);
  });

  test('reads nothing anew where nothing has changed', async () => {
    const { read } = fleetWith({ 'a.yaml': playbook('a') });
    expect(await read()).toBe(await read());
  });

  test('checks a playbook against the fleet as it is now', async () => {
    const runs = `${playbook('a')}remedies: [{ name: r, because: B., do: [{ action: command.run, args: { name: deploi } }] }]\n`;
    const { folder, read } = fleetWith({ 'a.yaml': runs });
    expect(await names(read)).toEqual([[], ['a']]);
    folder.write('fleet.yaml', 'nodes: { a: { commands: { deploi: { words: [/bin/true] } } } }\n');
    expect(await names(read)).toEqual([['a'], []]);
  });
});

describe.each(playbooks.map((each) => [each.name, each] as const))('%s as YAML', (name, each) => {
  const text = playbookText(each);

  test('is the same playbook, without what is the default anyway', () => {
    expect(playbookSchema.parse(parse(text))).toEqual(each);
    expect(text).not.toMatch(/: \[ ?\]|: \{ ?\}|consequence: false|of: any/);
  });

  test('is right under another name, and refused under its own', async () => {
    const { read } = fleetWith({ 'a.yaml': text.replace(`name: ${name}\n`, 'name: my_own\n'), 'b.yaml': text });
    const fleet = await read();
    expect(fleet.playbooks).toEqual([{ ...each, name: 'my_own' }]);
    expect(saidOf(fleet)).toContain(`b.yaml:1:7: name: a built-in playbook is called this`);
  });
});

test('the playbook to begin with is right as it is', async () => {
  const { read } = fleetWith({ 'a.yaml': playbookStarter('my_own') });
  expect(await names(read)).toEqual([['my_own'], []]);
});

describe('the schema for editors', () => {
  test('accepts what is right, and refuses a misspelt key', () => {
    const schema = z.fromJSONSchema(playbookJsonSchema());
    const starter: unknown = parse(playbookStarter('my_own'));
    expect(schema.safeParse(starter).error).toBeUndefined();
    expect(schema.safeParse({ ...(starter as object), symtoms: [] }).success).toBe(false);
  });

  test('on disk is the one that the program checks by', () => {
    expect(JSON.parse(readFileSync('schema/playbook.schema.json', 'utf8'))).toEqual(playbookJsonSchema());
  });
});
