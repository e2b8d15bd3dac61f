import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Damage, Log, NewRecord, OpenOptions, Stream, StreamRecord } from '../../contract.ts';
import { createWal } from '../wal.ts';
import { segmentFiles } from './faults.ts';

export interface Setting {
  readonly partitions: number;
  readonly diskBudgetBytes: number;
  readonly groupCommitBytes: number;
  readonly tailBytes: number;
  readonly options: OpenOptions;
}

/** What is known of a record: what was appended, and when. */
export interface Known {
  readonly record: NewRecord;
  readonly at: number;
}

const streamName = 'events';
const keyOf = (partition: number, offset: number): string => `${partition}:${offset}`;
/** How much damage was counted. */
export const total = ({ tornTails, quarantinedRecords, missingRecords }: Damage): number =>
  tornTails + quarantinedRecords + missingRecords;

/** What a log must hold, beside the real one, and how the two are compared. */
export class Site {
  readonly setting: Setting;
  /** Every record that was ever acknowledged or seen, by partition and offset. */
  readonly known = new Map<string, Known>();
  /** Records of an append that was cut off: there or not. */
  readonly maybe = new Map<string, Known>();
  /** Values of appends that were refused, of which a part may have been written. */
  readonly refused = new Map<string, NewRecord>();
  /** Damaged by the test. */
  readonly lost = new Set<string>();
  /** No longer there, and that was accounted for. */
  readonly gone = new Set<string>();
  /** The first offset by partition that each group has not committed. */
  readonly groups = new Map<string, number[]>();
  now = 1_700_000_000_000;
  latest = this.now;
  /** Records up to this time may have been deleted for their age. */
  cutoff = 0;
  pressure = false;
  /** Whether a segment was ever damaged. */
  hurt = false;
  /** Whether what a refused append left could not be cut off its file. */
  uncut = false;
  directory = '';
  log!: Log;
  stream!: Stream;
  readonly #root: string;
  #folders = 0;
  #deletedUnread = 0;
  #allowedUnread = 0;
  #serial = 0;

  constructor(setting: Setting, root: string) {
    this.setting = setting;
    this.#root = root;
  }

  static async open(setting: Setting): Promise<Site> {
    const site = new Site(setting, await mkdtemp(join(tmpdir(), 'tidewatch-model-')));
    site.directory = site.newFolder();
    await site.open();
    return site;
  }

  newFolder(): string {
    return join(this.#root, `log-${++this.#folders}`);
  }

  get streamDirectory(): string {
    return join(this.directory, streamName);
  }

  async open(): Promise<void> {
    const { options, ...config } = this.setting;
    this.log = createWal({
      ...config,
      directory: this.directory,
      segmentBytes: 4_096,
      retentionCheckMs: 1_000_000,
      clock: () => this.now,
    });
    this.#aged();
    this.uncut = false;
    this.stream = await this.log.open(streamName, options);
  }

  async dispose(): Promise<void> {
    await this.log.close().catch(() => {});
    await rm(this.#root, { recursive: true, force: true });
  }

  newRecord(size: number, key: number, headers: boolean): NewRecord {
    const value = Buffer.from(`${++this.#serial} `.padEnd(size, 'x'));
    return { key: `key ${key}`, value, ...(headers ? { headers: { n: `${size}`, ü: '' } } : {}) };
  }

  stepClock(by: number): void {
    this.now = Math.max(0, this.now + by);
    this.latest = Math.max(this.latest, this.now);
  }

  /** Notes that retention may have looked. */
  #aged(): void {
    const { ms } = this.setting.options.retention ?? {};
    if (ms !== undefined) this.cutoff = Math.max(this.cutoff, this.now - ms);
  }

  /**
   * Notes what an append was answered: no offset may come twice, nor go back.
   *
   * @param highest offsets given before the append was called
   */
  acknowledge(
    records: readonly NewRecord[],
    positions: readonly { partition: number; offset: number }[],
    highest = this.highest(),
  ): void {
    this.#aged();
    for (const [i, { partition, offset }] of positions.entries()) {
      const key = keyOf(partition, offset);
      if (offset <= (highest[partition] ?? -1) || this.known.has(key))
        throw new Error(`offset ${key} was given before`);
      this.known.set(key, { record: records[i] as NewRecord, at: this.now });
    }
  }

  highest(): number[] {
    const highest: number[] = [];
    for (const key of this.known.keys()) {
      const [partition, offset] = key.split(':').map(Number) as [number, number];
      highest[partition] = Math.max(highest[partition] ?? -1, offset);
    }
    return highest;
  }

  /** Everything readable, by partition, compared with what must be there. */
  async verify(): Promise<StreamRecord[][]> {
    await this.noteDeleted();
    const all: StreamRecord[][] = [];
    const seen = new Set<string>();
    for (let partition = 0; partition < this.setting.partitions; partition++) {
      const records = await this.stream.read({ partition, offset: 0 }, 1_000_000);
      all.push(records);
      let last = -1;
      for (const record of records) {
        const { offset } = record.position;
        if (offset <= last) throw new Error(`${keyOf(partition, offset)} comes after ${last}`);
        last = offset;
        seen.add(keyOf(partition, offset));
        this.#compare(record);
      }
    }
    this.maybe.clear();
    await this.#missed(seen);
    await this.#sizes();
    return all;
  }

  /** What an append began to delete, for its age or for room, comes to its end. */
  async settle(): Promise<void> {
    this.#aged();
    // The first look joins one that is under way; after that, whoever still deletes changes something with each.
    for (let before = '', calm = 0; calm < 3; calm++) {
      await this.stream.deleteBefore(0);
      const { bytes, partitions } = await this.stream.stats();
      const now = JSON.stringify({ bytes, partitions });
      if (now !== before) calm = 0;
      before = now;
    }
  }

  #compare(record: StreamRecord): void {
    const key = keyOf(record.position.partition, record.position.offset);
    const refused = this.refused.get(Buffer.from(record.value).toString());
    const found =
      this.known.get(key) ?? this.maybe.get(key) ?? (refused && { record: refused, at: record.appendedAt });
    if (found === undefined) throw new Error(`record ${key} was never appended`);
    const { key: name, headers = {}, value } = found.record;
    if (
      Buffer.compare(record.value, value) !== 0 ||
      record.key !== name ||
      record.appendedAt !== found.at ||
      JSON.stringify(record.headers) !== JSON.stringify(headers)
    )
      throw new Error(`record ${key} is not what was appended`);
    // Once seen it counts as any other.
    this.known.set(key, found);
  }

  /** Whatever is not there was damaged by the test, and counted by the log, or deleted by its rules, and counted. */
  async #missed(seen: ReadonlySet<string>): Promise<void> {
    const { damage, deletedUnread = 0 } = await this.stream.stats();
    const missing = [...this.known.keys()].filter((key) => !seen.has(key) && !this.gone.has(key));
    expect(
      missing.filter((key) => !this.lost.has(key)),
      'missing records',
    ).toEqual([]);
    if (missing.length > 0) expect(total(damage), 'damage counted').toBeGreaterThan(0);
    // Said once; a later process may no longer see it.
    for (const key of missing) this.gone.add(key);
    if (!this.hurt) expect(damage.quarantinedRecords + damage.missingRecords).toBe(0);
    expect(this.#deletedUnread + deletedUnread, 'unread deletions counted').toBeGreaterThanOrEqual(
      this.#allowedUnread,
    );
  }

  /** Notes what was deleted since, and whether it might be. */
  async noteDeleted(): Promise<void> {
    await this.settle();
    const { partitions } = await this.stream.stats();
    const { ms, bytes } = this.setting.options.retention ?? {};
    for (const [key, { at }] of this.known) {
      const [partition, offset] = key.split(':').map(Number) as [number, number];
      if (this.gone.has(key) || offset >= (partitions[partition]?.first ?? 0)) continue;
      if (!this.lost.has(key)) this.#mayDelete(key, partition, offset, at);
      // A damaged segment may have been deleted before anybody read it; where nothing deletes, its loss is counted.
      else if (ms === undefined && bytes === undefined) continue;
      this.gone.add(key);
    }
  }

  #mayDelete(key: string, partition: number, offset: number, at: number): void {
    const { hard = false, bytes } = this.setting.options.retention ?? {};
    const unread = [...this.groups.values()].some((positions) => (positions[partition] ?? 0) <= offset);
    if (unread) {
      expect(hard, `record ${key} was deleted unread`).toBe(true);
      this.#allowedUnread++;
    }
    const allowed = at < this.cutoff || bytes !== undefined || this.pressure || this.latest > this.now;
    expect(allowed, `record ${key} was deleted too early`).toBe(true);
  }

  async #sizes(): Promise<void> {
    const files = await segmentFiles(this.streamDirectory);
    const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
    const { bytes } = await this.stream.stats();
    const onDisk = sizes.reduce((sum, size) => sum + size, 0);
    if (this.uncut) expect(bytes, 'bytes on disk').toBeLessThanOrEqual(onDisk);
    else expect(bytes, 'bytes on disk').toBe(onDisk);
    // A head for each new segment may come on top.
    expect(bytes).toBeLessThanOrEqual(this.setting.diskBudgetBytes + 80 * files.length);
  }

  /** Before a stop of any kind: the counters of the next process begin anew. */
  async closing(): Promise<void> {
    await this.noteDeleted();
    this.#deletedUnread += (await this.stream.stats()).deletedUnread ?? 0;
  }
}
