import type { Command } from './command.ts';

export const mcp: Command = {
  words: 'mcp',
  title: 'Serve MCP over stdin and stdout',
  about: 'Serves the same tools to an AI assistant over the Model Context Protocol, until stdin ends.',
  face: 'mcp',
  flags: () => [],
  positional: [],
  async run(_values, { tools, toolList, app, signal }) {
    const [{ serveMcp }, list] = await Promise.all([import('../server.ts'), toolList()]);
    await serveMcp({ tools, toolList: list, openApp: app, signal });
    return 0;
  },
};
