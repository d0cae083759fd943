import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

/** A fleet of its own, and rackhand as it is typed beside it. */
function place(fleet = 'nodes: { here: { transport: local } }\n') {
  const folder = scratchFolder();
  const path = folder.write('fleet.yaml', fleet);
  const rackhand = (...words: string[]) => runProgram(program, words, { RACKHAND_FLEET: path });
  return { folder, rackhand, playbook: (name: string) => join(folder.path, 'playbooks', name) };
}

describe('rackhand playbook new', () => {
  test('writes one that is right, and never over another', async () => {
    const { rackhand, playbook } = place();
    const path = playbook('my_own.yaml');
    expect(await rackhand('playbook', 'new', 'my_own')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(path),
    });
    expect((await rackhand('playbook', 'check')).stdout).toBe(`ok     my_own  ${path}\n1 playbook.\n`);
    writeFileSync(path, '# mine\n');
    expect(await rackhand('playbook', 'new', 'my_own')).toMatchObject({ code: 64, stdout: '' });
    expect(readFileSync(path, 'utf8')).toBe('# mine\n');
  });

  test.each([
    ['gpu_reattach', 'a built-in playbook is called this'],
    ['triage', 'a tool is called this'],
    ['../escape', '"../escape" is no name of a playbook'],
    ['My-Own', '"My-Own" is no name of a playbook'],
  ])('refuses the name %s', async (name, says) => {
    const { rackhand, folder } = place();
    expect(await rackhand('playbook', 'new', name)).toMatchObject({ code: 64, stderr: expect.stringContaining(says) });
    expect(existsSync(join(folder.path, 'playbooks'))).toBe(false);
  });
});

describe('rackhand playbook check', () => {
  test('names the mistake of each, and the others stay right', async () => {
    const { rackhand, playbook } = place();
    await rackhand('playbook', 'new', 'good');
    await rackhand('playbook', 'new', 'bad');
    const text = readFileSync(playbook('bad.yaml'), 'utf8');
    writeFileSync(playbook('bad.yaml'), text.replace('check: service.health', 'check: service.helth'));
    const { code, stdout } = await rackhand('playbook', 'check');
    expect(code).toBe(78);
    expect(stdout).toMatch(
      /bad\.yaml:\d+:12: symptoms\[1\]\.check: there is no such check; did you mean `service\.health`\?/,
    );
    expect(stdout).toContain('\nok     good');
    expect(stdout).toMatch(/2 playbooks, 1 of them left out until mended\.\n$/);
    const { stdout: json } = await rackhand('playbook', 'check', playbook('bad.yaml'), '--json');
    expect(JSON.parse(json)).toEqual([
      { file: playbook('bad.yaml'), playbook: 'bad', mistake: expect.stringContaining('no such check') },
    ]);
  });

  test('reads a file that lies elsewhere, without a fleet file too, and says whose name it has', async () => {
    const { rackhand, folder } = place();
    await rackhand('playbook', 'new', 'good');
    const { stdout } = await rackhand('playbook', 'print', 'good');
    const copy = folder.write('copy.yaml', stdout);
    expect(await rackhand('playbook', 'check', copy)).toMatchObject({
      code: 78,
      stdout: expect.stringContaining('another playbook is called this too: '),
    });
    expect(await runProgram(program, ['playbook', 'check', copy])).toMatchObject({ code: 0 });
    expect(await runProgram(program, ['playbook', 'check'])).toMatchObject({ code: 78 });
  });
});

describe('rackhand playbook print', () => {
  test('prints one of ours without any fleet file, which is right under a name of its own', async () => {
    const printed = await runProgram(program, ['playbook', 'print', 'gpu_reattach']);
    expect(printed.code).toBe(0);
    const { rackhand, folder, playbook } = place();
    folder.write('playbooks/mine.yaml', printed.stdout.replace('name: gpu_reattach', 'name: mine'));
    expect((await rackhand('playbook', 'check')).stdout).toBe(`ok     mine  ${playbook('mine.yaml')}\n1 playbook.\n`);
    expect((await rackhand('playbook', 'print', 'mine')).stdout).toBe(
      printed.stdout.replace('name: gpu_reattach', 'name: mine'),
    );
  });

  test('says which there are, and what is wrong with one that is left out', async () => {
    const { rackhand, folder } = place();
    folder.write('playbooks/bad.yaml', 'name: bad\n');
    expect(await rackhand('playbook', 'print', 'gpu_reatach')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('Did you mean gpu_reattach?'),
    });
    expect(await rackhand('playbook', 'print', 'bad')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('bad.yaml:1:1: title: is missing'),
    });
  });
});

test('the schema is that of the package', async () => {
  const { stdout } = await runProgram(program, ['playbook', 'schema']);
  expect(stdout).toBe(readFileSync('schema/playbook.schema.json', 'utf8'));
});

test('one that is broken is said so where it is listed, planned and run, and the rest goes on', async () => {
  const { rackhand, folder } = place();
  folder.write('playbooks/bad.yaml', 'name: bad\n');
  const listed = await rackhand('playbook', 'list');
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('bad is left out. ') });
  for (const verb of ['plan', 'run'])
    expect(await rackhand('playbook', verb, 'bad', 'here', ...(verb === 'run' ? ['--yes'] : []))).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('bad.yaml:1:1: title: is missing'),
    });
});
