import type { DataClass } from '@tidewatch/event';
import { acceptable } from '../acceptable.ts';
import type { DataClasses } from '../classes.ts';
import type { IndexedEvent, WriteOutcome } from '../contract.ts';
import { partitionName } from '../partition.ts';
import type { Database, Writer } from './database.ts';
import { toBatch } from './event_batch.ts';
import type { Partition } from './partition_segments.ts';
import type { Partitions } from './partitions.ts';
import { scans, vectorRows } from './segments.ts';

const stored: WriteOutcome = { status: 'stored' };
const alreadyThere: WriteOutcome = { status: 'already_there' };
const noJson: WriteOutcome = {
  status: 'rejected',
  reason: 'invalid_json',
  message: 'The event is no JSON object.',
};

interface Entry {
  readonly index: number;
  readonly record: IndexedEvent;
}

/** More of these in a vector than in any of smaller ones may be more than DuckDB's memory holds. */
const largeBytes = 16_384;

/** What is done before a vector holds so much of large documents that DuckDB could write it no more. */
export interface Relief {
  readonly bytes: number;
  /** Empties the table; nothing is written meanwhile. */
  readonly seal: (partition: Partition) => Promise<unknown>;
}

/** Writes batches: the records of one file, its positions and its new paths in one transaction of that file. */
export function createEventWriter(
  database: Database,
  partitions: Partitions,
  classes: DataClasses,
  relief?: Relief,
) {
  let relieving: Promise<unknown> | undefined;

  async function relieve(written: Iterable<Partition>, { bytes, seal }: Relief): Promise<void> {
    const dense = [...written].filter(({ large }) => large >= bytes);
    if (dense.length === 0) return;
    relieving = Promise.all(dense.map(seal));
    await relieving;
  }

  return async function write(batch: readonly IndexedEvent[]): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    const accepted: Entry[] = [];
    for (const [index, record] of batch.entries()) {
      const rejection = acceptable(record, classes);
      if (rejection === undefined) accepted.push({ index, record });
      else outcomes[index] = rejection;
    }
    if (accepted.length === 0) return outcomes;
    await relieving;
    const written = await database.write(async (writer) => {
      const groups = await group(accepted, partitions, classes);
      for (const [partition, entries] of groups)
        await writeFile(writer, partitions, partition, entries, outcomes);
      return groups.keys();
    });
    if (relief !== undefined) await relieve(written, relief);
    return outcomes;
  };
}

async function group(entries: readonly Entry[], partitions: Partitions, classes: DataClasses) {
  const groups = new Map<Partition, Entry[]>();
  // For all of the batch: classes may change meanwhile.
  const ttls = new Map(classes.all.map(({ name, ttlMs }) => [name, ttlMs]));
  let last: { readonly partition: Partition; readonly members: Entry[] } | undefined;
  for (const entry of entries) {
    const { dataClass, ingested } = entry.record.head;
    if (last === undefined || !holds(last.partition, dataClass, ingested)) {
      const partition = await partitions.named(dataClass, partitionName(ingested, ttls.get(dataClass) ?? 0));
      last = { partition, members: groups.get(partition) ?? [] };
      groups.set(partition, last.members);
    }
    last.members.push(entry);
  }
  return groups;
}

const holds = ({ dataClass, period }: Partition, wanted: DataClass, ingested: number): boolean =>
  dataClass === wanted && ingested >= period.from && ingested < period.to;

/** Other partitions of the class for the same time: of another time to live, and so perhaps with what comes again. */
const siblingsOf = (partition: Partition, partitions: Partitions): Partition[] =>
  partitions
    .present()
    .filter(
      (other) =>
        other !== partition &&
        other.dataClass === partition.dataClass &&
        other.period.from < partition.period.to &&
        other.period.to > partition.period.from,
    );

async function writeFile(
  writer: Writer,
  partitions: Partitions,
  partition: Partition,
  entries: readonly Entry[],
  outcomes: WriteOutcome[],
): Promise<void> {
  const isNew = await createNovelty(writer, partitions, partition, entries);
  const fresh = entries.filter(({ index, record }) => {
    const isFresh = isNew(record);
    outcomes[index] = isFresh ? stored : alreadyThere;
    return isFresh;
  });
  if (fresh.length === 0) return;
  for (const place of await commit(writer, partition, fresh))
    outcomes[(fresh[place] as Entry).index] = noJson;
}

/** Tells the records that are neither in the file nor came before in the batch; ask it once for each, in order. */
async function createNovelty(
  writer: Writer,
  partitions: Partitions,
  partition: Partition,
  entries: readonly Entry[],
) {
  const asksForIds = entries.some(({ record }) => record.senderChosenId);
  const siblings = siblingsOf(partition, partitions);
  const places = [partition, ...siblings];
  const ids = asksForIds ? await knownIds(writer, partitions, places, entries) : undefined;
  const seen = new Map<number, Set<number>>();
  return ({ head, position, senderChosenId }: IndexedEvent): boolean => {
    const { partition: stream, offset } = position;
    const offsets = seen.get(stream) ?? new Set();
    const isStored = ({ positions }: Partition): boolean => offset <= (positions.get(stream) ?? -1);
    if (isStored(partition) || offsets.has(offset)) return false;
    if (siblings.some((other) => holds(other, head.dataClass, head.ingested) && isStored(other)))
      return false;
    seen.set(stream, offsets.add(offset));
    if (senderChosenId && ids?.has(head.id) === true) return false;
    ids?.add(head.id);
    return true;
  };
}

/** Ids that senders chose and that the places already hold, in their tables or sealed. */
async function knownIds(
  writer: Writer,
  partitions: Partitions,
  places: readonly Partition[],
  entries: readonly Entry[],
): Promise<Set<string>> {
  const chosen = entries.filter(({ record }) => record.senderChosenId).map(({ record }) => record.head.id);
  if (chosen.length === 0) return new Set();
  const rows = await partitions.reading(places, async (segments) => {
    const found = scans(segments).map((rows) => `SELECT id FROM ${rows} WHERE id IN (SELECT unnest($1))`);
    return found.length === 0 ? [] : writer.read(found.join(' UNION ALL '), [chosen]);
  });
  return new Set(rows.map(([id]) => id as string));
}

/**
 * Writes entries and answers which of them are no JSON. What is known of the file changes only when the transaction
 * has.
 */
async function commit(
  writer: Writer,
  partition: Partition,
  entries: readonly Entry[],
): Promise<readonly number[]> {
  const offsets = new Map<number, number>();
  let { from, to } = partition.open;
  let { large } = partition;
  for (const [row, { record }] of entries.entries()) {
    const { head, position, bytes } = record;
    if ((partition.open.events + row) % vectorRows === 0) large = 0;
    if (bytes.length > largeBytes) large += bytes.length;
    const known = offsets.get(position.partition) ?? partition.positions.get(position.partition) ?? -1;
    offsets.set(position.partition, Math.max(position.offset, known));
    from = Math.min(from, head.time);
    to = Math.max(to, head.time);
  }
  const positions = Array.from(offsets, ([stream, offset]) => ({
    partition: stream,
    offset,
    isNew: !partition.positions.has(stream),
  }));
  const batch = toBatch(entries.map(({ record }) => record));
  const { paths, nested, refused } = await writer.commitEvents(partition.alias, batch, positions);
  for (const [stream, offset] of offsets) partition.positions.set(stream, offset);
  for (const path of paths) partition.paths.add(path);
  const events = partition.open.events + entries.length - refused.length;
  partition.open = { events, from, to, nested: partition.open.nested || nested };
  partition.large = large;
  return refused;
}
