import { type FileHandle, mkdir, open } from 'node:fs/promises';
import type { StreamRecord } from '../contract.ts';
import { syncDirectory } from '../durable.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Budget } from './budget.ts';
import type { DamageBook } from './damage.ts';
import { countDeletable, type Deletable, type Deleted, recordsIn, remove } from './deletable.ts';
import { createGroupEncoder, type Encoded } from './encode_group.ts';
import { createGroupCommit, type GroupCommit, type Waiting } from './group_commit.ts';
import { headerBytes } from './header.ts';
import { type Marks, type MarksFile, openMarks } from './marks.ts';
import { readSegments, segmentHolding } from './read_segments.ts';
import { recover } from './recover.ts';
import { segmentMs } from './retention.ts';
import { createSegment, type Segment, writeAt } from './segment.ts';
import { type Follower, Tail } from './tail.ts';

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
  /** Called when a segment is full: the moment to see whether older ones may go. */
  readonly rolled: () => void;
}

const batchBytes = 8 * 1024 * 1024;
/** How many offsets the marks are ahead, so that they are written once per so many records. */
const reservedOffsets = 1_000_000;

export async function openPartition(config: PartitionConfig, passed: number): Promise<Partition> {
  await mkdir(config.directory, { recursive: true });
  const marks = await openMarks(config.directory);
  const { segments, nextOffset } = await recover(config, marks.found, passed);
  for (const segment of segments) config.budget.add(segment.size);
  const handle = await open((segments.at(-1) as Segment).path, 'r+');
  const partition = new Partition(config, segments, nextOffset, handle, marks);
  await partition.reserve(nextOffset);
  return partition;
}

/** One ordered sequence of records: segments on disk, the newest records in memory. */
export class Partition {
  readonly #config: PartitionConfig;
  readonly #segments: Segment[];
  readonly #tail: Tail;
  readonly #followers = new Set<Follower>();
  readonly #groupCommit: GroupCommit;
  readonly #encode = createGroupEncoder();
  readonly #marks: MarksFile;
  #handle: FileHandle;
  #nextOffset: number;
  /** No offset from here on has been given, says the disk. */
  #reserved = -1;
  /** Whether a refused append may have left something behind the newest record. */
  #uncut = false;
  /** Writing, beginning a segment and deleting exclude each other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    config: PartitionConfig,
    segments: Segment[],
    nextOffset: number,
    handle: FileHandle,
    marks: MarksFile,
  ) {
    this.#config = config;
    this.#marks = marks;
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
    return readSegments(this.#segments, {
      from,
      end: this.end,
      limit,
      maxBytes: batchBytes,
      partition: this.id,
    });
  }

  /** When the oldest record at or above `offset` was appended, at most 64 KiB of records too early. */
  appendedAt(offset: number): number | undefined {
    return this.#tail.at(offset)?.appendedAt ?? segmentHolding(this.#segments, offset).appendedNear(offset);
  }

  /** Ends the newest segment if its first record is older than `before`, or from the future, so that age can delete it. */
  rollBefore(before: number): Promise<void> {
    return this.#exclusive(async () => {
      const first = this.#active.appendedNear(this.#active.base);
      if (first !== undefined && (first < before || first > this.#config.clock())) await this.#begin();
    });
  }

  /** Records that {@link deleteSegments} would delete. */
  countRecords(gone: (segment: Deletable) => boolean): Promise<number> {
    return this.#exclusive(async () =>
      recordsIn(this.#segments.slice(0, countDeletable(this.#segments, this.#config.clock(), gone))),
    );
  }

  /** Deletes whole segments from the oldest on, for as long as `gone` says so of each. */
  deleteSegments(gone: (segment: Deletable) => boolean): Promise<Deleted> {
    return this.#exclusive(async () => {
      let count = countDeletable(this.#segments, this.#config.clock(), gone);
      // A full disk may have no room for another segment; then the newest stays for now.
      if (count === this.#segments.length) await this.#begin().catch(() => count--);
      if (count === 0) return { records: 0, bytes: 0, spans: [] };
      // First the mark: what it names is finished at the next start, and nothing that vanishes otherwise is overlooked.
      await this.#mark({ first: (this.#segments[count] as Segment).base });
      const deleted = await remove(this.#segments.splice(0, count));
      this.#config.budget.give(deleted.bytes);
      await syncDirectory(this.#config.directory);
      await this.#config.damage.forget(this.id, (this.#segments[0] as Segment).base);
      return deleted;
    });
  }

  /** Resolves when every append so far is answered. */
  flush(): Promise<void> {
    return this.#groupCommit.idle();
  }

  /** Makes sure that offsets below `next` never come again, even if the newest segment vanishes. */
  async reserve(next: number): Promise<void> {
    if (next <= this.#reserved) return;
    await this.#mark({ end: next + reservedOffsets });
    this.#reserved = next + reservedOffsets;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#exclusive(async () => {
      try {
        await this.#mark({ end: this.end, closed: true });
      } finally {
        await this.#handle.close();
        await this.#marks.close();
      }
    });
  }

  #mark(changed: Partial<Marks>): Promise<void> {
    const first = (this.#segments[0] as Segment).base;
    const now = { first, active: this.#active.base, end: this.#reserved, closed: false };
    return this.#marks.write({ ...now, ...changed });
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Whether what comes would keep what the newest segment began with from being deleted in time. */
  #isOld(): boolean {
    const began = this.#active.appendedNear(this.#active.base);
    return began !== undefined && began < this.#config.clock() - segmentMs;
  }

  /** Writes a group of appends, syncs once, and answers each. */
  async #commit(group: readonly Waiting[], bytes: number): Promise<void> {
    const first = this.#nextOffset;
    // Even if the write fails these offsets are gone: what it left on disk must never pass for later records.
    for (const { records } of group) this.#nextOffset += records.length;
    let written: Encoded;
    try {
      await this.#cut();
      const { size } = this.#active;
      if (size > headerBytes && (size + bytes > this.#config.segmentBytes || this.#isOld()))
        await this.#begin(first);
      await this.reserve(this.#nextOffset);
      written = await this.#encode(group, bytes, {
        partition: this.id,
        first,
        appendedAt: this.#config.clock(),
        salt: this.#active.header.salt,
        keep: this.#followers.size > 0,
      });
      await writeAt(this.#handle, written.buffer, this.#active.size);
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
    // The budget may be larger than the disk: what every group has read makes room for the next try.
    if (error.code === 'ENOSPC' || error.code === 'EDQUOT') budget.relieve();
    this.#uncut = true;
    await this.#cut().catch(() => {});
    for (const { reject } of group) reject(errors.STREAM_DISK({ stream, reason, retryAfter: 5 }));
  }

  /** Cuts off what a refused append left: under a shorter one it would look like damage. */
  async #cut(): Promise<void> {
    if (!this.#uncut) return;
    await this.#handle.truncate(this.#active.size);
    this.#uncut = false;
  }

  async #begin(base = this.#nextOffset): Promise<void> {
    const { directory, damage, budget, rolled } = this.#config;
    const segment = await createSegment(directory, this.#active, base, damage.onHole(this.id));
    const handle = await open(segment.path, 'r+');
    const previous = this.#handle;
    this.#segments.push(segment);
    this.#handle = handle;
    budget.add(headerBytes);
    await previous.close();
    await this.#mark({});
    rolled();
  }
}
