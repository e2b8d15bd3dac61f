import { mkdirSync, renameSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { root } from './require.ts';

/** Bundles a program, as the server is bundled, into a folder; gives its path. */
export function bundle(program: string, into: string): string {
  const outfile = join(into, `${basename(program, '.ts')}.mjs`);
  buildSync({
    entryPoints: [program],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    absWorkingDir: root,
    external: ['@duckdb/*', 'libsql', 'onnxruntime-node', 'tsx'],
    // CommonJS packages inside the bundle still ask for it.
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
    },
  });
  return outfile;
}

/** A program of a thread or a process, bundled: it starts with a tenth of the CPU that it takes to read it by tsx. */
export function bundled(program: URL): URL {
  const path = relative(root, fileURLToPath(program));
  // Where its native packages are found.
  const folder = join(root, 'node_modules/.cache/tidewatch-tests');
  const place = join(folder, path.replaceAll(/[\\/]/g, '-').replace(/ts$/, 'mjs'));
  const partial = join(folder, String(process.pid));
  mkdirSync(partial, { recursive: true });
  // Other files of tests may be reading it.
  renameSync(bundle(fileURLToPath(program), partial), place);
  return pathToFileURL(place);
}
