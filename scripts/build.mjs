// `npm run build`: the program and all that it needs in dist/, split so that a part is loaded when it is first used.
// With `FOLDER ENTRY` another entry into another folder, as the tests build theirs.
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [outdir = 'dist', entry = 'src/rackhand.ts'] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [entry],
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
  // Native speed-ups of ssh2, which does without them where they are not built.
  external: ['cpu-features', '*.node'],
  // CommonJS packages ask for Node's own modules by `require`, which a module does not have.
  banner: { js: "import { createRequire as __cr } from 'module'; const require = __cr(import.meta.url);" },
}).catch(() => {
  // esbuild has said what is wrong.
  process.exit(1);
});
const outputs = Object.values(metafile.outputs);
const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
console.log(`${outdir}: ${outputs.length} files, ${Math.round(bytes / 1024)} KiB`);
