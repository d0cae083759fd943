import type { Command } from './command.ts';

export const mcp: Command = {
  words: 'mcp',
  title: 'Serve MCP over stdin and stdout',
  about: 'Serves the same tools to an AI assistant over the Model Context Protocol, until stdin ends.',
  flags: () => [],
  positional: [],
  async run(_values, { tools, app, signal }) {
    const { serveMcp } = await import('../server.ts');
    await serveMcp({ tools, openApp: app, signal });
    return 0;
  },
};
