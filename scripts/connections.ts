import type { Sandbox } from '../sandbox/index.ts';

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** How to reach the kept sandbox: lines to paste for Claude Code, for hosts that read a file, and for a shell. */
export function connections(program: string, { fleetPath, model, wholeModel }: Sandbox): string {
  const env = { RACKHAND_FLEET: fleetPath };
  const server = { command: process.execPath, args: [program, 'mcp'], env };
  const words = [process.execPath, program].map(quoted).join(' ');
  return `
Claude Code, in a shell:
  claude mcp add --env RACKHAND_FLEET=${quoted(fleetPath)} --transport stdio rackhand -- ${words} mcp

.mcp.json of a project (Cursor: .cursor/mcp.json, Claude Desktop: claude_desktop_config.json):
${JSON.stringify({ mcpServers: { rackhand: server } }, null, 2)}

In a shell:
  RACKHAND_FLEET=${quoted(fleetPath)} ${words} triage sandbox

To end the incident, put the whole model in place and triage again:
  cp ${quoted(wholeModel)} ${quoted(model)}`;
}
