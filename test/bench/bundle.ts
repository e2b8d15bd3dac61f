import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from '../require.ts';

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
    // CommonJS packages inside the bundle still ask for it.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
  return outfile;
}
