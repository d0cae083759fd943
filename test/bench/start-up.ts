import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compared, ratioFigure, type Figure } from './measure.ts';

const server = 'dist/rackhand.js';
const request = (id: number, method: string, params: object) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

/** From spawn to the answer of `tools/list`, as a host with the 2025 protocol asks; hands back the answer's line. */
async function listTools(): Promise<string> {
  const child = spawn(process.execPath, [server, 'mcp'], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.write(
    request(1, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '0' },
    }) +
      `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n` +
      request(2, 'tools/list', {}),
  );
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"id":2')) continue;
    child.stdin.end();
    child.kill('SIGKILL');
    return line;
  }
  throw new Error('the server ended before it listed its tools');
}

const bare = async () => once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');

/** How soon a host sees the tools, and how much of its context they take. */
export async function startUp(): Promise<readonly Figure[]> {
  const started = await compared(11, listTools, bare);
  const { result } = JSON.parse(await listTools()) as { result: { tools: object[] } };
  const bytes = Buffer.byteLength(JSON.stringify({ tools: result.tools }));
  return [
    ratioFigure(`spawn → tools/list answered, against bare \`node -e 0\` (Node ${process.version})`, 2.5, started),
    {
      figure: `tools/list (${result.tools.length} tools)`,
      goal: '≤ 10 KB',
      seen: `${(bytes / 1_000).toFixed(1)} KB`,
      reached: bytes <= 10_000,
    },
  ];
}
