import { z } from 'zod';
import { fleetPlace } from '../fleet-place.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { typed } from './typed.ts';

const input = z.object({
  repair: z
    .boolean()
    .default(false)
    .describe('Also the tools that edit, tune, move models and take back, and playbooks'),
  generate: z.boolean().default(false).describe('Also the tools that have model servers write and embed text'),
});

export const mcp: Command = {
  words: 'mcp',
  title: 'Serve MCP over stdin and stdout',
  about:
    'Serves the same tools to an AI assistant over the Model Context Protocol, until stdin ends: those that look, and the restart of a service, which a person approves. The rest of what changes nodes is shown with --repair, and with it playbooks as tools of their own, as many as fit into 10 KB; it says when they have changed. With --generate come those that have Ollama, llama-server and their like write. Every tool that an assistant sees costs it tokens.',
  face: 'mcp',
  flags: () => flagsOf(input),
  positional: [],
  async run(values, { tools, toolList, app, signal, fleetPath }) {
    const { repair, generate } = typed(input, values);
    const [{ serveMcp }, list] = await Promise.all([import('../server.ts'), toolList()]);
    const shown = list
      .filter(
        ({ toolset }) =>
          toolset === undefined || (toolset === 'repair' && repair) || (toolset === 'generate' && generate),
      )
      .map(({ entry }) => entry);
    const server = { tools, toolList: shown, openApp: app, signal };
    if (!repair) await serveMcp(server);
    else {
      const { createPlaybookTools } = await import('../mcp/playbook-tools.ts');
      const builtIn = list.filter(({ toolset }) => toolset === 'playbook').map(({ entry }) => entry);
      const own = async () => await (await app()).playbooks.own();
      await serveMcp({ ...server, changing: createPlaybookTools({ place: fleetPlace(fleetPath), builtIn, own }) });
    }
    return 0;
  },
};
