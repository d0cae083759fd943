import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { StdioClientTransport as FirstStdio } from '@modelcontextprotocol/sdk/client/stdio.js';

export interface ToolAnswer {
  readonly content: readonly { type: string; text?: string; uri?: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

export interface ListedTool {
  readonly name: string;
  readonly inputSchema: object;
  readonly outputSchema?: object | undefined;
  readonly annotations?: object | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal;
  onprogress?(progress: { progress: number; message?: string | undefined }): void;
}

/** What the tests ask of an official client, whichever it is. */
export interface McpSession {
  readonly pid: number;
  instructions(): string | undefined;
  serverName(): string | undefined;
  tools(): Promise<readonly ListedTool[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolAnswer>;
  resources(): Promise<readonly { uri: string }[]>;
  templates(): Promise<readonly { uriTemplate: string }[]>;
  read(uri: string): Promise<readonly { uri: string; text?: string }[]>;
  close(): Promise<void>;
}

interface Program {
  readonly path: string;
  readonly env: Record<string, string>;
}

const info = { name: 'rackhand-tests', version: '1.0.0' };
const server = ({ path, env }: Program, words: readonly string[]) => ({
  command: process.execPath,
  args: [path, ...words],
  env,
});

type Era = 'auto' | 'legacy' | { readonly pin: '2026-07-28' };

/** What a person at the client answers to a form that is shown to them. */
export type Person = (message: string) => {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: { readonly [field: string]: boolean };
};

const onTools = (changed: () => void) => ({
  listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => changed() } },
});

const withForms = { capabilities: { elicitation: { form: {} } } };

const second =
  (mode: Era) =>
  async (
    program: Program,
    words: readonly string[],
    person?: Person,
    /** Told that there are other tools now. */
    changed?: () => void,
  ): Promise<McpSession> => {
    const client = new Client(info, {
      versionNegotiation: { mode },
      ...(person && withForms),
      ...(changed && onTools(changed)),
    });
    if (person) client.setRequestHandler('elicitation/create', ({ params }) => ({ ...person(params.message) }));
    const transport = new StdioClientTransport(server(program, words));
    await client.connect(transport);
    return {
      pid: transport.pid ?? 0,
      instructions: () => client.getInstructions(),
      serverName: () => client.getServerVersion()?.name,
      tools: async () => (await client.listTools()).tools,
      call: async (name, args, options) =>
        (await client.callTool({ name, ...(args && { arguments: args }) }, options)) as ToolAnswer,
      resources: async () => (await client.listResources()).resources,
      templates: async () => (await client.listResourceTemplates()).resourceTemplates,
      read: async (uri) => (await client.readResource({ uri })).contents,
      close: () => client.close(),
    };
  };

const first = async (
  program: Program,
  words: readonly string[],
  person?: Person,
  changed?: () => void,
): Promise<McpSession> => {
  const client = new FirstClient(info, { ...(person && withForms), ...(changed && onTools(changed)) });
  if (person) client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({ ...person(params.message) }));
  const transport = new FirstStdio(server(program, words));
  await client.connect(transport);
  return {
    pid: transport.pid ?? 0,
    instructions: () => client.getInstructions(),
    serverName: () => client.getServerVersion()?.name,
    tools: async () => (await client.listTools()).tools,
    call: async (name, args, options) =>
      (await client.callTool({ name, ...(args && { arguments: args }) }, undefined, options)) as ToolAnswer,
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents,
    close: () => client.close(),
  };
};

/** The official clients, by what they speak. */
export const mcpClients = {
  'a client of 2026-07-28': second({ pin: '2026-07-28' }),
  'a client that negotiates': second('auto'),
  'a client of 2025-11-25': second('legacy'),
  'a client of the first SDK': first,
} as const;
