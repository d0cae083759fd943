import { runCli } from './run-cli.ts';

/** The command line of this process. */
export async function main(): Promise<void> {
  // A reader that has seen enough, as `head` does, is no trouble of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  // Should the process run out of things to wait for before it has an answer, that is no success.
  process.exitCode = 70;
  const status = await runCli({
    words: process.argv.slice(2),
    tools: async () => (await import('../catalog.ts')).catalog,
    toolList: async () => (await import('../mcp/tool-list.ts')).toolList,
    async openApp(options) {
      const { createApp } = await import('../app.ts');
      return createApp(options);
    },
  });
  // Anything a library keeps open must not hold the exit; what was printed is flushed before.
  process.stdout.write('', () => process.exit(status));
}
