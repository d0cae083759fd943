import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';
import type { Sandbox } from '../sandbox/index.ts';

const answerSchema = z.object({
  findings: z.array(z.object({ check: z.string(), subject: z.string(), role: z.string(), summary: z.string() })),
});

/** Asks the MCP server, started as a host starts it, for a triage of the sandbox; its text and its findings. */
export async function triage(program: string, sandbox: Sandbox, onProgress: (message: string) => void) {
  const client = new Client({ name: 'rackhand-demo', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [program, 'mcp'],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        RACKHAND_FLEET: sandbox.fleetPath,
        // Evidence goes with the sandbox.
        RACKHAND_STATE: join(sandbox.folder, 'state'),
      },
    }),
  );
  try {
    const result = await client.callTool(
      { name: 'node_triage', arguments: { nodes: ['sandbox'] } },
      { onprogress: ({ message }) => message !== undefined && onProgress(message), timeout: 120_000 },
    );
    const text = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
    if (result.isError) throw new Error(`node_triage failed: ${text}`);
    return { text, findings: answerSchema.parse(result.structuredContent).findings };
  } finally {
    await client.close();
  }
}
