import { drillFolder } from '../drill/place.ts';
import type { Command } from './command.ts';
import { fleetFrom } from './fleet-from.ts';

export const drillMcp: Command = {
  words: 'drill mcp',
  title: 'Serve MCP for a drill, and count what it costs',
  about:
    'Serves what rackhand mcp --repair serves, to the assistant that works on a drill, and counts the bytes that go between them: what it is told of the tools, its calls, and their answers. The drill makes tokens of them when it is over.',
  flags: () => [],
  positional: [],
  async run(_, { fleetPath, signal }) {
    const folder = drillFolder(fleetFrom(fleetPath));
    const { serveMetered } = await import('../drill/serve.ts');
    return await serveMetered(process.argv[1] ?? '', folder, signal);
  },
};
