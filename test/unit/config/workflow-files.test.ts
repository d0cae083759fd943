import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createFleetReader } from '../../../src/config/fleet-reader.ts';
import { knownNames } from '../../../src/known-names.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const reader = () => {
  const folder = scratchFolder();
  const path = folder.write('fleet.yaml', 'nodes: { gpu-1: {} }');
  chmodSync(path, 0o600);
  const read = createFleetReader({ path, env: {}, cwd: folder.path, home: folder.path }, knownNames);
  return { folder, names: async () => (await read()).workflows.map(({ name }) => name), read };
};

test('workflows lie beside the fleet file, and a new one is there at the next look', async () => {
  const { folder, names, read } = reader();
  expect(await names()).toEqual([]);
  folder.write('workflows/castle.json', '{}');
  folder.write('workflows/.hidden.json', '{}');
  folder.write('workflows/notes.txt', 'x');
  expect(await names()).toEqual(['castle']);
  folder.write('workflows/castle.json', '{"1":{}}');
  expect((await read()).workflows).toMatchObject([{ name: 'castle', text: '{"1":{}}' }]);
});

test('a folder of that name is told as what it is, and the others are read', async () => {
  const { folder, read } = reader();
  folder.write('workflows/odd.json/inside', 'x');
  folder.write('workflows/good.json', '{}');
  const { workflows } = await read();
  expect(workflows).toMatchObject([
    { name: 'good', text: '{}' },
    { name: 'odd', trouble: expect.stringContaining('EISDIR') },
  ]);
});
