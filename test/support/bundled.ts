import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a program of the tests with all its packages: it is started many times, and starts in half the time then. */
export async function bundled(source: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    // What ssh2 can do without.
    external: ['cpu-features', '*.node'],
    // Some of the packages are no modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname;",
    },
    logLevel: 'error',
  });
}
