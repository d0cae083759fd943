const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** How to reach the kept sandbox: lines to paste for Claude Code, for hosts that read a file, and for a shell. */
export function connections(program: string, env: Readonly<Record<string, string>>, mcp: readonly string[]): string {
  const server = { command: process.execPath, args: [program, ...mcp], env };
  const words = [process.execPath, program].map(quoted).join(' ');
  const set = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  return `
Claude Code, in a shell:
  claude mcp add ${set.map((each) => `--env ${each}`).join(' ')} --transport stdio rackhand -- ${words} ${mcp.join(' ')}

.mcp.json of a project (Cursor: .cursor/mcp.json, Claude Desktop: claude_desktop_config.json):
${JSON.stringify({ mcpServers: { rackhand: server } }, null, 2)}

In a shell:
  ${shellLine(program, env, ['triage', 'sandbox'])}`;
}

/** The program with its environment and words, to paste. */
export const shellLine = (program: string, env: Readonly<Record<string, string>>, words: readonly string[]): string =>
  [
    ...Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`),
    ...[process.execPath, program, ...words].map(quoted),
  ].join(' ');
