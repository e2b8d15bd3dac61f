import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf, textOf } from '../streams.suite.ts';
import { createMeasure, createRecordReader, createRecordWriter } from './format.ts';
import { headerBytes } from './header.ts';
import { withoutSync } from './model/faults.ts';
import { segmentName } from './segment.ts';
import { createWal } from './wal.ts';

let root = '';
let copies = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-recovery-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const count = 30;
const all = Array.from({ length: count }, (_, i) => i);
const valueAt = (i: number): string => `value ${i} ${'x'.repeat((i * 37) % 90)}`;

/** One segment with {@link count} records. */
async function writeOriginal(): Promise<string> {
  const directory = join(root, `original-${++copies}`);
  const log = createWal({ directory });
  const stream = await log.open('events');
  await stream.append(all.map((i) => ({ ...recordOf(valueAt(i)), headers: { n: String(i) } })));
  await log.close();
  return directory;
}

type Change = (bytes: Buffer) => Buffer | undefined;

/** Opens a copy with one file changed, and gives what is left. */
const openDamaged = (original: string, file: string, change: Change) =>
  withoutSync(() => openCopy(original, file, change));

async function openCopy(original: string, file: string, change: Change) {
  const directory = join(root, `copy-${++copies}`);
  await cp(original, directory, { recursive: true });
  const path = join(directory, 'events', '0', file);
  const changed = change(await readFile(path));
  if (changed === undefined) await rm(path);
  else await writeFile(path, changed);
  const log = createWal({ directory });
  const stream = await log.open('events');
  const records = await stream.read({ partition: 0, offset: 0 }, 1_000);
  // Read twice, counted once.
  expect(await stream.read({ partition: 0, offset: 0 }, 1_000)).toEqual(records);
  const { damage } = await stream.stats();
  const [next] = await stream.append([recordOf('after')]);
  const [after] = await stream.read(next!, 1);
  expect(textOf(after!)).toBe('after');
  await log.close();

  const reopened = createWal({ directory });
  const again = await (await reopened.open('events')).read({ partition: 0, offset: 0 }, 1_000);
  expect(again.map(textOf)).toEqual([...records.map(textOf), 'after']);
  await reopened.close();
  const quarantine = await readdir(join(directory, 'events', 'quarantine')).catch(() => []);
  await rm(directory, { recursive: true, force: true });
  return {
    offsets: records.map(({ position }) => position.offset),
    records,
    damage,
    next: next!.offset,
    quarantine,
  };
}

/** Where each record begins in the segment, and at last its end. */
function boundaries(): number[] {
  const at = [headerBytes];
  for (let i = 0; i < count; i++)
    at.push(at[i]! + createMeasure()({ ...recordOf(valueAt(i)), headers: { n: String(i) } }));
  return at;
}

const segment = segmentName(0);

describe('recovery', () => {
  it('keeps every whole record when the file ends anywhere', async () => {
    const original = await writeOriginal();
    const ends = boundaries();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: ends[count]! }), async (length) => {
        const { offsets, damage, next } = await openDamaged(original, segment, (bytes) =>
          bytes.subarray(0, length),
        );
        const whole = ends.filter((end) => end > headerBytes && end <= length).length;
        expect(offsets).toEqual(all.slice(0, whole));
        expect(damage.quarantinedRecords).toBe(0);
        expect(damage.tornTails).toBe(ends.includes(length) && length > headerBytes - 1 ? 0 : 1);
        expect(next).toBeGreaterThanOrEqual(whole);
      }),
      { numRuns: 12, examples: [[0], [1], [headerBytes], [ends[1]! - 1], [ends[1]! + 3], [ends[count]!]] },
    );
  });

  it('keeps every other record when any one bit is flipped, and gives no offset twice', async () => {
    const original = await writeOriginal();
    const ends = boundaries();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: ends[count]! * 8 - 1 }), async (bit) => {
        const position = bit >> 3;
        const { records, offsets, damage, next, quarantine } = await openDamaged(
          original,
          segment,
          (bytes) => {
            bytes[position]! ^= 1 << (bit & 7);
            return bytes;
          },
        );
        const hit = ends.findIndex((end) => end > position) - 1;
        expect(offsets).toEqual(all.filter((i) => i !== hit));
        for (const record of records) {
          expect(textOf(record)).toBe(valueAt(record.position.offset));
          expect(record.headers).toEqual({ n: String(record.position.offset) });
        }
        if (hit < 0) expect(damage).toMatchObject({ tornTails: 0, quarantinedRecords: 0 });
        else {
          expect(damage.quarantinedRecords + damage.tornTails).toBe(1);
          expect(quarantine).toHaveLength(1);
        }
        expect(next).toBeGreaterThanOrEqual(count);
      }),
      { numRuns: 20 },
    );
  });

  it('finds its way again after bytes that were overwritten or cut out', async () => {
    const original = await writeOriginal();
    const ends = boundaries();
    const zeroed = await openDamaged(original, segment, (bytes) => bytes.fill(0, ends[5]! + 3, ends[8]! + 3));
    expect(zeroed.offsets).toEqual(all.filter((i) => i < 5 || i > 8));
    expect(zeroed.damage).toMatchObject({ quarantinedRecords: 4, tornTails: 0 });
    const shortened = await openDamaged(original, segment, (bytes) =>
      Buffer.concat([bytes.subarray(0, ends[5]! + 3), bytes.subarray(ends[8]! + 3)]),
    );
    expect(shortened.offsets).toEqual(all.filter((i) => i < 5 || i > 8));
    expect(shortened.damage).toMatchObject({ quarantinedRecords: 4, tornTails: 0 });
  });

  it('cuts zeros at the end, which a file system leaves, without keeping them', async () => {
    const original = await writeOriginal();
    const { offsets, damage, quarantine } = await openDamaged(original, segment, (bytes) =>
      Buffer.concat([bytes, Buffer.alloc(4_096)]),
    );
    expect(offsets).toEqual(all);
    expect(damage).toMatchObject({ tornTails: 1, quarantinedRecords: 0, quarantinedBytes: 0 });
    expect(quarantine).toEqual([]);
  });

  it('does not take logged bytes for records', async () => {
    const directory = join(root, 'forged');
    const log = createWal({ directory });
    const stream = await log.open('events');
    // What somebody would log who knows the format and guesses the offset, yet not the segment's salt.
    const forged = Buffer.alloc(createMeasure()(recordOf('forged')));
    createRecordWriter(forged, Date.now(), 0)(0, recordOf('forged'), 1);
    expect(textOf(createRecordReader(0)(forged, 0, forged.length))).toBe('forged');
    await stream.append([{ key: 'k', value: forged }, recordOf('real')]);
    await log.close();
    const { records } = await openDamaged(directory, segment, (bytes) => {
      bytes[headerBytes + 4]! ^= 1;
      return bytes;
    });
    expect(records.map(textOf)).toEqual(['real']);
  });

  it('checks older segments when they are read; says what is missing with a segment', async () => {
    const original = await writeManySegments();
    const names = (await readdir(join(original, 'events', '0'))).sort();
    expect(names.length).toBeGreaterThan(4);
    const [from, to] = [Number.parseInt(names[2]!, 10), Number.parseInt(names[3]!, 10)];
    const left = Array.from({ length: 300 }, (_, i) => i).filter((i) => i < from || i >= to);

    const gone = await openDamaged(original, names[2]!, () => undefined);
    expect(gone.offsets).toEqual(left);
    expect(gone.damage).toEqual({
      tornTails: 0,
      quarantinedRecords: 0,
      quarantinedBytes: 0,
      missingRecords: to - from,
    });

    const headless = await openDamaged(original, names[2]!, (bytes) => bytes.fill(0xff, 0, headerBytes));
    expect(headless.offsets).toEqual(left);
    expect(headless.damage).toMatchObject({ tornTails: 0, missingRecords: to - from });
    expect(headless.damage.quarantinedBytes).toBeGreaterThan(1_000);

    const flipped = await openDamaged(original, names[2]!, (bytes) => {
      bytes[headerBytes + 30]! ^= 4;
      return bytes;
    });
    expect(flipped.offsets).toEqual(Array.from({ length: 300 }, (_, i) => i).filter((i) => i !== from));
    expect(flipped.damage).toMatchObject({ quarantinedRecords: 1, missingRecords: 0, tornTails: 0 });

    const shortened = await openDamaged(original, names[2]!, (bytes) => bytes.subarray(0, -1));
    expect(shortened.offsets).toEqual(Array.from({ length: 300 }, (_, i) => i).filter((i) => i !== to - 1));
    expect(shortened.damage).toMatchObject({ quarantinedRecords: 1 });

    const lastGone = await openDamaged(original, names.at(-1)!, (bytes) => bytes.fill(0, 0, headerBytes));
    expect(lastGone.next).toBeGreaterThanOrEqual(300);
  });

  it('refuses what a newer version wrote', async () => {
    const original = await writeOriginal();
    const { encodeHeader } = await import('./header.ts');
    const { crc32 } = await import('node:zlib');
    const future = encodeHeader({ base: 0, salt: 1, previousBase: -1, previousEnd: 0, previousNewest: 0 });
    future[4] = 2;
    future.writeUInt32LE(crc32(future.subarray(0, 36)), 36);
    await expect(
      openDamaged(original, segment, (bytes) => Buffer.concat([future, bytes])),
    ).rejects.toMatchObject({
      code: 'STREAM_FORMAT',
    });
  });
});

async function writeManySegments(): Promise<string> {
  const directory = join(root, `many-${++copies}`);
  const log = createWal({ directory, segmentBytes: 4_096 });
  const stream = await log.open('events');
  await withoutSync(async () => {
    for (let i = 0; i < 300; i++) await stream.append([recordOf(valueAt(i))]);
  });
  await log.close();
  return directory;
}
