import { describe, expect, test } from 'vitest';
import { OpsError } from '../../../src/core/errors.ts';
import { definePlaybook } from '../../../src/core/playbook.ts';
import { createPlaybookTools } from '../../../src/mcp/playbook-tools.ts';
import { toolEntry } from '../../../src/tool-schema.ts';
import { toolOfPlaybook } from '../../../src/tools/tool-of-playbook.ts';
import { fleetWith } from '../../support/playbook-text.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const playbook = (name: string, summary = 'Looks.') =>
  definePlaybook({ name, title: name, summary, diagnose: [{ asks: 'Room?', checks: ['node.disk'] }] });
const text = (name: string) => JSON.stringify(playbook(name));
const builtIn = [playbook('b_ours'), playbook('d_ours')].map((each) => toolEntry(toolOfPlaybook(each)));

const notAsked = () => Promise.reject(new Error('not asked'));

function shelf(files: Readonly<Record<string, string>>) {
  const { folder, path, read } = fleetWith(files);
  const place = { path, env: {}, cwd: folder.path, home: folder.path };
  const tools = createPlaybookTools({ place, builtIn, own: read });
  return { folder, tools, names: async () => (await tools.list()).map(({ name }) => name) };
}

describe('playbooks as tools', () => {
  test('are those of the fleet and ours, by name', async () => {
    const { names } = shelf({ 'x.yaml': text('c_own'), 'y.yaml': text('a_own') });
    expect(await names()).toEqual(['a_own', 'b_ours', 'c_own', 'd_ours']);
  });

  test('take no more than 10,000 bytes, and ours give way first', async () => {
    const files = Array.from({ length: 30 }, (_, at) => [`${at}.yaml`, text(`own_${String(at).padStart(2, '0')}`)]);
    const { tools, names } = shelf(Object.fromEntries(files));
    const shown = await names();
    expect(shown.length).toBeGreaterThanOrEqual(8);
    expect(shown).toEqual(shown.filter((name) => name.startsWith('own_')));
    expect(Buffer.byteLength(JSON.stringify(await tools.list()))).toBeLessThanOrEqual(10_001);
    // What there is no room for can be called all the same.
    expect(await tools.find('own_29')).toMatchObject({ name: 'own_29' });
  });

  test('one that is too long leaves its room to the others', async () => {
    const asks = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`in${'a'.repeat(at)}`, 'z'.repeat(590)]));
    const person = [
      Object.keys(asks)
        .map((name) => `{${name}}`)
        .join(' '),
    ];
    const huge = { ...playbook('a_huge'), inputs: asks, remedies: [{ name: 'r', because: 'B.', person }] };
    const { names } = shelf({ 'a.yaml': JSON.stringify(huge), 'b.yaml': text('b_own') });
    expect(await names()).toEqual(['b_ours', 'b_own', 'd_ours']);
  });

  test('have changed when a file has, told once', async () => {
    const { folder, tools } = shelf({ 'a.yaml': text('a_own') });
    expect(await tools.hasChanged()).toBe(false);
    await tools.list();
    expect(await tools.hasChanged()).toBe(false);
    folder.write('playbooks/a.yaml', text('a_other'));
    expect(await tools.hasChanged()).toBe(true);
    expect(await tools.hasChanged()).toBe(false);
    expect(tools.names()).toContain('a_other');
  });

  test('are ours alone where the fleet file is wrong or missing, and one that was shown says why it is gone', async () => {
    const { folder, tools, names } = shelf({ 'a.yaml': text('a_own') });
    expect(await names()).toContain('a_own');
    folder.write('fleet.yaml', 'nods: {}\n');
    expect(await names()).toEqual(['b_ours', 'd_ours']);
    const gone = await tools.find('a_own');
    expect(gone).toBeInstanceOf(OpsError);
    expect(gone).toMatchObject({ message: expect.stringContaining('nods: unknown key') });
    expect(await tools.find('never_there')).toBeUndefined();

    const nowhere = scratchFolder().path;
    const lost = createPlaybookTools({ place: { env: {}, cwd: nowhere, home: nowhere }, builtIn, own: notAsked });
    expect(await lost.list()).toEqual(builtIn);
    lost.watch(() => undefined)();
  });
});
