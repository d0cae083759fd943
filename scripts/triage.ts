import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';

const answerSchema = z.object({
  findings: z.array(z.object({ check: z.string(), subject: z.string(), role: z.string(), summary: z.string() })),
});

export interface TriageInput {
  /** dist/rackhand.js */
  readonly program: string;
  readonly fleetPath: string;
  onProgress(message: string): void;
}

/** Asks the MCP server, started as a host starts it, for a triage of the sandbox; its text and its findings. */
export async function triage({ program, fleetPath, onProgress }: TriageInput) {
  const client = new Client({ name: 'rackhand-demo', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [program, 'mcp'],
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', RACKHAND_FLEET: fleetPath },
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
