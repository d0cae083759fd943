// `npm run build`: the program and all that it needs in dist/, split so that a part is loaded when it is first used.
// With `FOLDER ENTRY` another entry into another folder, as the tests build theirs.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [outdir = 'dist', entry = 'src/rackhand.ts'] = process.argv.slice(2);
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** By this import a bundler can leave out what is not used; by the one of the sources it takes all of zod, in 40 languages. */
const leanZod = {
  name: 'lean-zod',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(src|sandbox|test)\/.*\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8')).replace("import { z } from 'zod';", "import * as z from 'zod';"),
    })),
};

/**
 * Leaves out the SDK's JSON schema validator, a third of the server: it would check what comes back from a client before
 * this server sees it, which checks that itself with zod.
 */
const noJsonValidator = {
  name: 'no-json-validator',
  setup({ onResolve, onLoad }) {
    const name = '@modelcontextprotocol/server/_shims';
    onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'shim' }));
    onLoad({ filter: /.*/, namespace: 'shim' }, () => ({
      resolveDir: process.cwd(),
      contents: `export { default as process } from 'node:process';
        export class DefaultJsonSchemaValidator {
          getValidator() { throw new Error('this server checks what it is told by zod'); }
        }`,
    }));
  },
};

/** Puts the finished list of the tools where the sources compute it. */
const finishedToolList = {
  name: 'finished-tool-list',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/mcp\/tool-list\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        ...options,
        entryPoints: [path],
        splitting: false,
        write: false,
        plugins: [leanZod],
        // It is run from no file, and CommonJS packages in it require parts of Node.
        banner: { js: "import { createRequire as __cr } from 'module'; const require = __cr(process.cwd() + '/');" },
      });
      const { toolList } = await import(
        `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
      );
      return { loader: 'js', contents: `export const toolList = ${JSON.stringify(toolList)};` };
    }),
};

/** ssh2's native cipher, where npm could build it: packed into one file, it would be looked for beside that. */
const nativeCipher = {
  name: 'native-cipher',
  setup: ({ onResolve }) =>
    onResolve({ filter: /sshcrypto\.node$/ }, () => ({
      path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
      external: true,
    })),
};

const options = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outdir,
  logLevel: 'warning',
  // Native, like the cipher: ssh2 does without them where they are not built.
  external: ['cpu-features'],
};

const { outputFiles } = await build({
  ...options,
  entryPoints: [entry],
  splitting: true,
  chunkNames: '[name]-[hash]',
  plugins: [finishedToolList, leanZod, noJsonValidator, nativeCipher],
  // CommonJS packages use `require` and `__dirname`, which a module does not have.
  banner: {
    js: [
      "import { createRequire as __cr } from 'module'; const require = __cr(import.meta.url);",
      'const { dirname: __dirname, filename: __filename } = import.meta;',
    ].join(' '),
  },
  write: false,
}).catch(() => {
  // esbuild has said what is wrong; what was built before stays as it is.
  process.exit(1);
});

await rm(outdir, { recursive: true, force: true });
for (const { path, contents } of outputFiles) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents, { mode: path === resolve(outdir, 'rackhand.js') ? 0o755 : 0o644 });
}
// What the sandbox of a drill runs, beside what it was built into.
for (const folder of ['programs', 'gpu'])
  await cp(`sandbox/${folder}`, resolve(outdir, 'sandbox', folder), { recursive: true });
const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
console.log(`${relative('.', outdir)}: ${outputFiles.length} files, ${Math.round(bytes / 1024)} KiB`);
