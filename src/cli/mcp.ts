import { z } from 'zod';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { typed } from './typed.ts';

const input = z.object({
  repair: z.boolean().default(false).describe('Also the tools that edit, tune, move models and take back'),
});

export const mcp: Command = {
  words: 'mcp',
  title: 'Serve MCP over stdin and stdout',
  about:
    'Serves the same tools to an AI assistant over the Model Context Protocol, until stdin ends: those that look, and the restart of a service, which a person approves. The rest of what changes nodes is shown with --repair, because every tool that an assistant sees costs it tokens.',
  face: 'mcp',
  flags: () => flagsOf(input),
  positional: [],
  async run(values, { tools, toolList, app, signal }) {
    const { repair } = typed(input, values);
    const [{ serveMcp }, list] = await Promise.all([import('../server.ts'), toolList()]);
    const shown = list.filter(({ toolset }) => toolset === undefined || repair).map(({ entry }) => entry);
    await serveMcp({ tools, toolList: shown, openApp: app, signal });
    return 0;
  },
};
