import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { RawRecord } from '@tidewatch/plugin';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { createSlices } from '../slices.ts';
import { type Chunk, type ChunkRecord, chunkBytes, openChunk, summarise } from './chunk.ts';

/** The last record taken of a file. */
export const evtxPosition = z.object({
  /** Its number in the file, decimal. */
  record: z.string().regex(/^\d{1,20}$/),
  /** When it was written, 100 ns since 1601, decimal: whether the file still holds this record. */
  written: z.string(),
});
export type EvtxPosition = z.infer<typeof evtxPosition>;

/** The records of one chunk that were not read before. */
export interface EvtxBatch {
  readonly records: readonly RawRecord[];
  readonly position: EvtxPosition;
  /** Records and stretches of this chunk that can't be read; a record among them is in `records` as its raw bytes. */
  readonly damaged: number;
}

const fileHeaderBytes = 128;
const lastNumber = 0xffff_ffff_ffff_ffffn;
const flags = { dirty: 1, unchecked: 4 } as const;

/**
 * Reads a Windows event log, oldest chunk first, and gives its records as evtx_dump's JSON. After `from` if the file
 * still holds that record, else all of them: ids tell those that were taken before. Rejects with `NOT_EVTX`, or the
 * system's error.
 */
export async function* readEvtx(path: string, from: EvtxPosition | undefined): AsyncGenerator<EvtxBatch> {
  const handle = await open(path, 'r');
  try {
    const header = await readAt(handle, 0, fileHeaderBytes);
    if (header.length < fileHeaderBytes || header.toString('latin1', 0, 8) !== 'ElfFile\0')
      throw errors.NOT_EVTX({ path });
    const { chunks, damaged } = await listChunks(handle, header.readUInt16LE(0x28));
    const after = await findLast(handle, chunks, from);
    const isChecked = (header.readUInt32LE(0x78) & (flags.dirty | flags.unchecked)) === 0;
    let position = from ?? { record: '0', written: '0' };
    if (damaged > 0) yield { records: [], position, damaged };
    for (const { offset, last } of chunks) {
      if (last <= after) continue;
      const chunk = await openChunk(await readAt(handle, offset, chunkBytes));
      const batch = await readChunk(chunk, after, path);
      position = batch.position ?? position;
      const isDoubtful = isChecked && !chunk.isIntact && batch.damaged === 0;
      yield { records: batch.records, position, damaged: batch.damaged + (isDoubtful ? 1 : 0) };
    }
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

interface ChunkPlace {
  readonly offset: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** A log that is full goes on in its first chunk, so places say nothing of the order. */
async function listChunks(
  handle: FileHandle,
  start: number,
): Promise<{ readonly chunks: readonly ChunkPlace[]; readonly damaged: number }> {
  const { size } = await handle.stat();
  const chunks: ChunkPlace[] = [];
  let damaged = 0;
  for (let offset = start; offset + chunkBytes <= size; offset += chunkBytes) {
    const summary = summarise(await readAt(handle, offset, 128));
    if (summary === 'damaged') damaged++;
    else if (summary !== 'unused') chunks.push({ offset, ...summary });
  }
  if ((size - start) % chunkBytes !== 0) damaged++;
  return { chunks: chunks.sort((a, b) => (a.first < b.first ? -1 : 1)), damaged };
}

/** The number to go on after: 0 where the file does not hold the record that was taken last. */
async function findLast(
  handle: FileHandle,
  chunks: readonly ChunkPlace[],
  from: EvtxPosition | undefined,
): Promise<bigint> {
  if (from === undefined) return 0n;
  const number = BigInt(from.record);
  const place = chunks.find(({ first, last }) => first <= number && number <= last);
  if (place === undefined || number === lastNumber) return 0n;
  const chunk = await openChunk(await readAt(handle, place.offset, chunkBytes));
  for (const record of chunk.records(number - 1n))
    return record.number === number && String(record.written) === from.written ? number : 0n;
  return 0n;
}

async function readChunk(chunk: Chunk, after: bigint, path: string) {
  const turn = createSlices();
  const records: RawRecord[] = [];
  let damaged = 0;
  let last: ChunkRecord | undefined;
  for (const record of chunk.records(after)) {
    if (record.document === undefined) damaged++;
    records.push(rawRecord(record, path));
    if (last === undefined || record.number > last.number) last = record;
    await turn();
  }
  return {
    records,
    damaged: damaged + chunk.gaps,
    position: last && { record: String(last.number), written: String(last.written) },
  };
}

/** What can't be read goes on as it is, and so to the dead letters: it is no JSON. */
function rawRecord(record: ChunkRecord, path: string): RawRecord {
  const { document, bytes } = record;
  return {
    bytes: document === undefined ? Buffer.from(bytes) : Buffer.from(JSON.stringify(document)),
    format: 'json',
    position: { kind: 'file', fingerprint: identityOf(record), offset: 0 },
    received: Date.now(),
    hints: { path },
  };
}

/** An event is the same in a copy of its log, in an export, and in the log of a collector that it was forwarded to. */
function identityOf({ document, bytes, written }: ChunkRecord): string {
  if (document === undefined) return hash(bytes);
  const { Computer, Channel, EventRecordID, TimeCreated = String(written) } = document.Event.System;
  return hash(JSON.stringify([Computer, Channel, EventRecordID, TimeCreated]));
}

const hash = (content: string | Buffer): string =>
  createHash('sha256').update('evtx\0').update(content).digest('base64url').slice(0, 22);
