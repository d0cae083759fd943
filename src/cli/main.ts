import { catalog } from '../catalog.ts';
import { runCli } from './run-cli.ts';

/** The command line of this process. */
export async function main(): Promise<void> {
  // A reader that has seen enough, as `head` does, is no trouble of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const status = await runCli({
    words: process.argv.slice(2),
    tools: catalog,
    async openApp({ fleetPath }) {
      const { createApp } = await import('../app.ts');
      return createApp({ fleetPath });
    },
  });
  // Anything a library keeps open must not hold the exit; what was printed is flushed before.
  process.stdout.write('', () => process.exit(status));
}
