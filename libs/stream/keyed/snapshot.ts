import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

/** Everything a stage holds, and the input it stands for: every record below these offsets, and none above. */
export interface Snapshot {
  readonly positions: ReadonlyMap<number, number>;
  /** The same for the partitions that forwarded records came from. */
  readonly origins: ReadonlyMap<number, number>;
  readonly states: Iterable<readonly [key: string, state: unknown]>;
}

export interface RestoredSnapshot {
  readonly positions: Map<number, number>;
  readonly origins: Map<number, number>;
  readonly states: readonly (readonly [key: string, state: unknown])[];
}

/** Layout: format byte, the stage's own version byte, CRC-32 of the rest, then lines of JSON: positions, origins, states. */
const formatVersion = 2;
const headBytes = 6;
const linesAtOnce = 500;

/** @param version 0 to 255, the stage's own */
export async function encodeSnapshot(
  { positions, origins, states }: Snapshot,
  version: number,
): Promise<Uint8Array> {
  const parts: string[] = [JSON.stringify([...positions]), JSON.stringify([...origins])];
  let lines: string[] = [];
  for (const entry of states) {
    lines.push(JSON.stringify(entry));
    if (lines.length === linesAtOnce) {
      parts.push(lines.join('\n'));
      lines = [];
      await setImmediate();
    }
  }
  if (lines.length > 0) parts.push(lines.join('\n'));
  const body = Buffer.from(parts.join('\n'));
  const head = Buffer.from([formatVersion, version, 0, 0, 0, 0]);
  head.writeUInt32LE(crc32(body), 2);
  return Buffer.concat([head, body]);
}

/** Gives the reason where the snapshot can't be used. */
export function decodeSnapshot(
  bytes: Uint8Array,
  version: number,
): RestoredSnapshot | { readonly reason: string } {
  const snapshot = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (snapshot.length < headBytes || snapshot[0] !== formatVersion)
    return { reason: 'its format is unknown' };
  if (snapshot[1] !== version)
    return { reason: `it is of version ${snapshot[1]}, the stage of version ${version}` };
  const body = snapshot.subarray(headBytes);
  if (crc32(body) !== snapshot.readUInt32LE(2)) return { reason: 'its checksum is wrong' };
  const [positions = '[]', origins = '[]', ...lines] = body.toString().split('\n');
  return {
    positions: new Map(JSON.parse(positions) as [number, number][]),
    origins: new Map(JSON.parse(origins) as [number, number][]),
    states: lines.map((line) => JSON.parse(line) as [string, unknown]),
  };
}
