import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { mcpClients } from '../support/mcp-clients.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

const playbook = (name: string, more = '') =>
  `name: ${name}\ntitle: Look at ${name}\nsummary: Looks at the disks.\ndiagnose: [{ asks: 'Room?', checks: [node.disk] }]\n${more}`;

const withInput = `inputs: { version: What to deploy }
remedies: [{ name: tell, because: Only a person may., person: ['Deploy {version}.'] }]
`;

describe.each(Object.entries(mcpClients))('%s', (_, connect) => {
  async function open(words: readonly string[]) {
    const folder = scratchFolder();
    const fleet = folder.write('fleet.yaml', 'nodes: { here: { transport: local } }\n');
    const changed = vi.fn<() => void>();
    const env = { ...program.env, RACKHAND_FLEET: fleet, RACKHAND_STATE: join(folder.path, 'state') };
    const session = await connect({ ...program, env }, words, undefined, changed);
    const names = async () => (await session.tools()).map(({ name }) => name);
    const told = async (times: number) => await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(times), 20_000);
    return { folder, session, changed, names, told };
  }

  test('is told when a playbook was written, broken, mended and removed, without asking', async () => {
    const { folder, session, names, told, changed } = await open(['mcp', '--repair']);
    try {
      const before = await names();
      expect(before).toContain('gpu_reattach');
      expect(before).not.toContain('deploy_one');

      const path = folder.write('playbooks/deploy.yaml', playbook('deploy_one', withInput));
      await told(1);
      expect((await names()).filter((name) => !before.includes(name))).toEqual(['deploy_one']);
      const tool = (await session.tools()).find(({ name }) => name === 'deploy_one');
      expect(tool).toMatchObject({
        inputSchema: { properties: { nodes: {}, version: { description: 'What to deploy' } }, required: ['version'] },
        annotations: { destructiveHint: true },
      });
      expect(await session.call('deploy_one', { nodes: ['here'], version: '7.1', plan: true })).toMatchObject({
        structuredContent: { data: { playbook: 'deploy_one', nodes: [{ node: 'here' }] } },
      });

      folder.write('playbooks/deploy.yaml', playbook('deploy_one', 'most: 13\n'));
      await told(2);
      expect(await names()).toEqual(before);
      expect(await session.call('deploy_one', { nodes: ['here'] })).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('deploy.yaml:5:7: most: must be at most 12') }],
      });

      folder.write('playbooks/deploy.yaml', playbook('deploy_one'));
      await told(3);
      rmSync(path);
      await told(4);
      expect(await names()).toEqual(before);
      await expect(session.call('deploy_one')).rejects.toThrow('There is no tool "deploy_one"');

      // What is no playbook is no news, also where a call makes it look.
      folder.write('playbooks/notes.txt', 'later');
      await session.call('fleet_list');
      folder.write('playbooks/deploy.yaml', playbook('deploy_two'));
      await told(5);
      expect(changed).toHaveBeenCalledTimes(5);
    } finally {
      await session.close();
    }
  });

  test('sees those that were there before, and none without --repair', async () => {
    const { folder, session, names } = await open(['mcp']);
    folder.write('playbooks/deploy.yaml', playbook('deploy_one'));
    const shown = await names();
    await session.close();
    expect(shown).toContain('node_triage');
    expect(shown).not.toContain('deploy_one');
    expect(shown).not.toContain('gpu_reattach');
  });
});
