import { createHash } from 'node:crypto';
import type { FileBytes } from './bytes.ts';
import type { Digest, FilePosition } from './positions.ts';

const lineFeed = 10;

/**
 * What event ids are made of: a hash of inode, time of birth, count of truncations and first line (at most 1 KiB). So it
 * stays the same while the file grows and when it is renamed; it differs for what is written after a truncation, and for
 * two files that begin alike (a hash of content alone would give both the same event ids, and the second would be lost).
 * It needs nothing that was saved: a file that is read again gives the same ids.
 *
 * @param head the first bytes, with the whole first line unless that is longer
 */
export function fingerprintOf(
  { inode, born, generation }: Pick<FilePosition, 'inode' | 'born' | 'generation'>,
  head: Buffer,
): string {
  const end = head.indexOf(lineFeed);
  const hash = createHash('sha256').update(`${inode} ${born} ${generation}\n`);
  return hash
    .update(end === -1 ? head : head.subarray(0, end))
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}

/** Whether the content is that of a file of which these were the first bytes, and the last ones before `offset`. */
export async function holds(
  bytes: FileBytes,
  { offset, head, foot }: Pick<FilePosition, 'offset' | 'head' | 'foot'>,
): Promise<boolean> {
  return (
    (await isDigestOf(head, bytes, 0)) && (await isDigestOf(foot, bytes, Math.max(0, offset - foot.length)))
  );
}

const isDigestOf = async ({ length, sha256 }: Digest, bytes: FileBytes, position: number): Promise<boolean> =>
  length === 0 || digest(await bytes.readAt(position, length)).sha256 === sha256;

export const digest = (bytes: Buffer): Digest => ({
  length: bytes.length,
  sha256: createHash('sha256').update(bytes).digest().subarray(0, 16).toString('base64url'),
});

const nothing: Digest = { length: 0, sha256: '' };
const blank = {
  fingerprint: null,
  offset: 0,
  head: nothing,
  foot: nothing,
  closed: 0,
  header: null,
  over: false,
} as const;

export const newPosition = (path: string, { inode, born }: FileBytes): FilePosition => ({
  ...blank,
  path,
  inode,
  born,
  generation: 0,
  seen: Date.now(),
});

/** The position of a file that was truncated: its beginning, as the next generation. */
export const restarted = ({ path, inode, born, generation, seen }: FilePosition): FilePosition => ({
  ...blank,
  path,
  inode,
  born,
  generation: generation + 1,
  seen,
});
