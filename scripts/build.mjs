// `npm run build`: the program and all it needs in dist/, split so that a part is loaded when it is first used.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles an entry, `rackhand.js` by default, into a folder; what was in the folder goes. */
export async function build({ outdir = join(root, 'dist'), entries = { rackhand: join(root, 'src/rackhand.ts') } } = {}) {
  await rm(outdir, { recursive: true, force: true });
  return esbuild({
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: '[name]-[hash]',
    metafile: true,
    logLevel: 'warning',
    // Native speed-ups of ssh2 that it does without where they are not built.
    external: ['cpu-features', '*.node'],
    // CommonJS packages ask for Node's own modules by `require`, which a module has not.
    banner: { js: "import { createRequire as __cr } from 'module'; const require = __cr(import.meta.url);" },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { metafile } = await build();
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(`dist: ${Object.keys(metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB`);
}
