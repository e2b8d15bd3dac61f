import type { FileBytes } from './bytes.ts';
import type { Found } from './discover.ts';
import { holds } from './identity.ts';
import type { FilePosition } from './positions.ts';

/** A file of the same family that was read before. */
export interface Relative {
  readonly position: FilePosition;
  /** When the file itself was last found to be what it was, epoch milliseconds; undefined where it is gone. */
  readonly thereAt: number | undefined;
}

/**
 * Says whether a file never seen is a copy, packed or not, of one that was read and is gone or truncated now: rotation
 * that packs or copies. Then its position is that one's. `later` while the other is still there: the copy may not be
 * whole, or the other be truncated in a moment.
 *
 * It is taken for a copy when its first bytes (at most 1 KiB) and those before the other's position are the same. So two
 * different files of one family that hold the very same lines and nothing else are taken for one.
 *
 * @param waitMs how long a plain copy may stand beside its original before it is a file of its own
 */
export async function recognise(
  bytes: FileBytes,
  found: Found,
  relatives: readonly Relative[],
  waitMs: number,
): Promise<FilePosition | 'later' | undefined> {
  for (const { position, thereAt } of byOffset(relatives)) {
    const match = await compare(bytes, position);
    if (match === undefined) continue;
    if (thereAt === undefined) {
      if (match !== 'begins alike') return match;
    } else if (thereAt < found.born + waitMs || (bytes.packed && match !== 'begins alike')) return 'later';
  }
  return undefined;
}

/** The one read furthest first: it says most. */
const byOffset = (relatives: readonly Relative[]): Relative[] =>
  [...relatives].sort((a, b) => b.position.offset - a.position.offset);

async function compare(
  bytes: FileBytes,
  position: FilePosition,
): Promise<FilePosition | 'begins alike' | undefined> {
  const { head, offset } = position;
  const { size } = await bytes.state();
  // Nothing was seen of the one yet, or the other was only just begun.
  if (head.length === 0 || size === 0) return 'begins alike';
  if (!(await holds(bytes, { ...position, offset: 0, foot: { length: 0, sha256: '' } }))) return undefined;
  if (await holds(bytes, position)) return position;
  const isShorter = bytes.packed && (await bytes.state()).size < offset;
  // Packed, it ends too early, before anything that was not read.
  return isShorter && bytes.damage !== undefined ? { ...position, over: true } : 'begins alike';
}
