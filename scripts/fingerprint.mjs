import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that hold results, not sources. */
const results = new Set(['node_modules', 'out', '.next', 'dist']);
/** Files that no build reads. */
const unread = /\.(test|suite)\.tsx?$|\.md$|next-env\.d\.ts$|\.tsbuildinfo$/;

/**
 * A hash over paths and contents of what a build is made from (some 20 ms), so that a fresh clone, a changed branch and
 * a touched file are all told apart rightly, as times of change are not.
 *
 * @param {string} root the checkout
 * @param {readonly string[]} inputs files and folders below it
 * @returns {string} hex
 */
export function fingerprint(root, inputs) {
  const hash = createHash('sha256').update(process.versions.modules);
  const add = (path) => {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort())
        if (!results.has(name) && !unread.test(name)) add(`${path}/${name}`);
    } else {
      hash.update(`${path}\0`).update(readFileSync(join(root, path)));
    }
  };
  inputs.forEach(add);
  return hash.digest('hex');
}
