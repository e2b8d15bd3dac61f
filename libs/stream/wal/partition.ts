import { type FileHandle, open, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { StreamRecord } from '../contract.ts';
import { syncDirectory } from '../durable.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Budget } from './budget.ts';
import type { DamageBook } from './damage.ts';
import { encodeRecord, noHeaders } from './format.ts';
import { createGroupCommit, type GroupCommit, type Waiting } from './group_commit.ts';
import { headerBytes } from './header.ts';
import { recover } from './recover.ts';
import { createSegment, type Segment } from './segment.ts';
import { Tail } from './tail.ts';

export interface PartitionConfig {
  readonly stream: string;
  readonly partition: number;
  readonly directory: string;
  readonly segmentBytes: number;
  readonly groupCommitMs: number;
  readonly groupCommitBytes: number;
  readonly tailBytes: number;
  readonly clock: () => number;
  readonly log: Logger;
  readonly budget: Budget;
  readonly damage: DamageBook;
}

/** Somebody who follows a partition; `next` is the offset it wants next. */
export interface Follower {
  readonly next: number;
  readonly wake: () => void;
}

const batchBytes = 8 * 1024 * 1024;
const encodeSlice = 2_000;

export async function openPartition(config: PartitionConfig, passed: number): Promise<Partition> {
  const { segments, nextOffset } = await recover(config, passed);
  for (const segment of segments) config.budget.add(segment.size);
  return new Partition(config, segments, nextOffset, await open((segments.at(-1) as Segment).path, 'r+'));
}

/** One ordered sequence of records: segments on disk, the newest records in memory. */
export class Partition {
  readonly #config: PartitionConfig;
  readonly #segments: Segment[];
  readonly #tail: Tail;
  readonly #followers = new Set<Follower>();
  readonly #groupCommit: GroupCommit;
  #handle: FileHandle;
  #nextOffset: number;
  /** Writing, beginning a segment and deleting exclude each other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(config: PartitionConfig, segments: Segment[], nextOffset: number, handle: FileHandle) {
    this.#config = config;
    this.#segments = segments;
    this.#nextOffset = nextOffset;
    this.#handle = handle;
    this.#tail = new Tail(config.tailBytes);
    this.#groupCommit = createGroupCommit(
      { waitMs: config.groupCommitMs, maxBytes: config.groupCommitBytes },
      (group, bytes) => this.#exclusive(() => this.#commit(group, bytes)),
    );
  }

  get id(): number {
    return this.#config.partition;
  }

  /** The smallest offset there may be. */
  get first(): number {
    return Math.min((this.#segments[0] as Segment).base, this.end);
  }

  /** One above the newest durable offset. */
  get end(): number {
    return this.#active.end;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  get #active(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  append(...args: Parameters<GroupCommit['append']>): Promise<number> {
    return this.#groupCommit.append(...args);
  }

  follow(follower: Follower): void {
    this.#followers.add(follower);
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
    this.forget();
  }

  /** Frees what every follower has taken. */
  forget(): void {
    let least = Number.POSITIVE_INFINITY;
    for (const follower of this.#followers) least = Math.min(least, follower.next);
    this.#tail.prune(least);
  }

  /** Durable records from `from` on, in order; empty only at the end. */
  async fetch(from: number, limit: number): Promise<StreamRecord[]> {
    const recent = this.#tail.take(from, limit, batchBytes);
    if (recent !== undefined) return recent;
    for (let next = from; next < this.end; ) {
      const segment = this.#holding(next);
      const after = this.#segments[this.#segments.indexOf(segment) + 1];
      const records = await segment
        .read(next, limit, batchBytes, this.id)
        .catch((error: NodeJS.ErrnoException) => {
          // Deleted by retention in the meantime: what is left begins later.
          if (error.code === 'ENOENT' && !this.#segments.includes(segment)) return [];
          throw error;
        });
      if (records.length > 0) return records;
      if (after === undefined) break;
      next = Math.max(next, after.base);
    }
    return [];
  }

  /** When the oldest record at or above `offset` was appended, at most 64 KiB of records too early. */
  appendedAt(offset: number): number | undefined {
    return this.#tail.at(offset)?.appendedAt ?? this.#holding(offset).appendedNear(offset);
  }

  /** Deletes whole segments older than `before` and below `readUpTo`, at most `limit` of them, the oldest first. */
  deleteSegments(
    before: number,
    readUpTo: number,
    limit: number,
  ): Promise<{ records: number; bytes: number }> {
    return this.#exclusive(async () => {
      const gone = (segment: Segment): boolean => segment.newest < before && segment.end <= readUpTo;
      const deleted = { records: 0, bytes: 0, segments: 0 };
      if (this.#segments.every(gone) && this.#active.size > headerBytes) await this.#begin();
      while (this.#segments.length > 1 && gone(this.#segments[0] as Segment) && deleted.segments < limit) {
        const segment = this.#segments.shift() as Segment;
        await rm(segment.path, { force: true });
        this.#config.budget.give(segment.size);
        deleted.segments++;
        deleted.bytes += segment.size;
        deleted.records += Math.max(0, segment.end - segment.base);
      }
      if (deleted.segments > 0) await syncDirectory(this.#config.directory);
      return { records: deleted.records, bytes: deleted.bytes };
    });
  }

  /** Resolves when every append so far is answered. */
  flush(): Promise<void> {
    return this.#groupCommit.idle();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#exclusive(() => this.#handle.close());
  }

  #holding(offset: number): Segment {
    for (let i = this.#segments.length - 1; i > 0; i--) {
      const segment = this.#segments[i] as Segment;
      if (segment.base <= offset) return segment;
    }
    return this.#segments[0] as Segment;
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Writes a group of appends, syncs once, and answers each. */
  async #commit(group: readonly Waiting[], bytes: number): Promise<void> {
    const first = this.#nextOffset;
    // Even if the write fails these offsets are gone: what it left on disk must never pass for later records.
    for (const { records } of group) this.#nextOffset += records.length;
    let written: Encoded;
    try {
      const { size } = this.#active;
      if (size > headerBytes && size + bytes > this.#config.segmentBytes) await this.#begin(first);
      written = await this.#encode(group, bytes, first);
      await writeAll(this.#handle, written.buffer, this.#active.size);
      await this.#handle.datasync();
    } catch (error) {
      await this.#refuse(group, bytes, error as NodeJS.ErrnoException);
      return;
    }
    this.#publish(written);
    let offset = first;
    for (const { records, resolve } of group) {
      resolve(offset);
      offset += records.length;
    }
  }

  async #encode(group: readonly Waiting[], bytes: number, first: number): Promise<Encoded> {
    const active = this.#active;
    const appendedAt = this.#config.clock();
    const { salt } = active.header;
    const buffer = Buffer.allocUnsafeSlow(bytes);
    const recent: StreamRecord[] = [];
    const marks: number[] = [];
    const keep = this.#followers.size > 0;
    let offset = first;
    let at = 0;
    for (const { records } of group) {
      for (const record of records) {
        if ((offset - first) % encodeSlice === encodeSlice - 1) await setImmediate();
        marks.push(at);
        at = encodeRecord(buffer, at, record, offset, appendedAt, salt);
        if (keep) {
          const { key, headers = noHeaders, value, decoded } = record;
          recent.push({ key, headers, value, decoded, position: { partition: this.id, offset }, appendedAt });
        }
        offset++;
      }
    }
    return { buffer, recent, marks, first, appendedAt };
  }

  #publish({ buffer, recent, marks, first, appendedAt }: Encoded): void {
    const active = this.#active;
    for (let i = 0; i < marks.length; i++)
      active.note(first + i, active.size + (marks[i] as number), appendedAt);
    active.size += buffer.length;
    active.end = first + marks.length;
    active.newest = Math.max(active.newest, appendedAt);
    // What nobody followed was not kept, and a tail has no gaps.
    if (this.#followers.size === 0) this.#tail.clear();
    else this.#tail.add(recent);
    for (const follower of this.#followers) follower.wake();
  }

  async #refuse(group: readonly Waiting[], bytes: number, error: NodeJS.ErrnoException): Promise<void> {
    const { stream, log, budget } = this.#config;
    const reason = error.code ?? error.message;
    log.error({ stream, partition: this.id, err: error }, 'an append could not be written');
    budget.give(bytes);
    // Should this fail too, the next write goes over what is there, and recovery knows stale records by their offsets.
    await this.#handle.truncate(this.#active.size).catch(() => {});
    for (const { reject } of group) reject(errors.STREAM_DISK({ stream, reason, retryAfter: 5 }));
  }

  async #begin(base = this.#nextOffset): Promise<void> {
    const { directory, damage, budget } = this.#config;
    const segment = await createSegment(directory, this.#active, base, damage.onHole(this.id));
    const handle = await open(segment.path, 'r+');
    const previous = this.#handle;
    this.#segments.push(segment);
    this.#handle = handle;
    budget.add(headerBytes);
    await previous.close();
  }
}

interface Encoded {
  readonly buffer: Buffer;
  readonly recent: readonly StreamRecord[];
  /** Where each record begins in the buffer. */
  readonly marks: readonly number[];
  readonly first: number;
  readonly appendedAt: number;
}

async function writeAll(handle: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let written = 0; written < buffer.length; ) {
    const { bytesWritten } = await handle.write(buffer, written, buffer.length - written, position + written);
    written += bytesWritten;
  }
}
