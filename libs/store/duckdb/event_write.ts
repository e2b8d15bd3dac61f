import type { DataClass } from '@tidewatch/event';
import { acceptable } from '../acceptable.ts';
import type { DataClasses } from '../classes.ts';
import type { IndexedEvent, WriteOutcome } from '../contract.ts';
import type { Database, Writer } from './database.ts';
import { toBatch } from './event_batch.ts';
import type { Partition, Partitions } from './partitions.ts';
import { quoteName } from './quote_name.ts';

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

/** Writes batches: the records of one file, its positions and its new paths in one transaction of that file. */
export function createEventWriter(database: Database, partitions: Partitions, classes: DataClasses) {
  return async function write(batch: readonly IndexedEvent[]): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    const accepted: Entry[] = [];
    for (const [index, record] of batch.entries()) {
      const rejection = acceptable(record, classes);
      if (rejection === undefined) accepted.push({ index, record });
      else outcomes[index] = rejection;
    }
    if (accepted.length === 0) return outcomes;
    await database.write(async (writer) => {
      for (const [partition, entries] of await group(accepted, partitions, classes))
        await writeFile(writer, partition, entries, outcomes);
    });
    return outcomes;
  };
}

async function group(entries: readonly Entry[], partitions: Partitions, classes: DataClasses) {
  const groups = new Map<Partition, Entry[]>();
  let last: { readonly partition: Partition; readonly members: Entry[] } | undefined;
  for (const entry of entries) {
    const { dataClass, ingested } = entry.record.head;
    if (last === undefined || !holds(last.partition, dataClass, ingested)) {
      const partition = await partitions.forRecord(dataClass, ttlOf(classes, dataClass), ingested);
      last = { partition, members: groups.get(partition) ?? [] };
      groups.set(partition, last.members);
    }
    last.members.push(entry);
  }
  return groups;
}

const holds = ({ dataClass, period }: Partition, wanted: DataClass, ingested: number): boolean =>
  dataClass === wanted && ingested >= period.from && ingested < period.to;

const ttlOf = (classes: DataClasses, dataClass: DataClass): number => classes.get(dataClass)?.ttlMs ?? 0;

async function writeFile(
  writer: Writer,
  partition: Partition,
  entries: readonly Entry[],
  outcomes: WriteOutcome[],
): Promise<void> {
  const isNew = await createNovelty(writer, partition, entries);
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
async function createNovelty(writer: Writer, partition: Partition, entries: readonly Entry[]) {
  const asksForIds = entries.some(({ record }) => record.senderChosenId);
  const ids = asksForIds ? await knownIds(writer, partition, entries) : undefined;
  const seen = new Map<number, Set<number>>();
  return ({ head, position, senderChosenId }: IndexedEvent): boolean => {
    const { partition: stream, offset } = position;
    const offsets = seen.get(stream) ?? new Set();
    if (offset <= (partition.positions.get(stream) ?? -1) || offsets.has(offset)) return false;
    seen.set(stream, offsets.add(offset));
    if (senderChosenId && ids?.has(head.id) === true) return false;
    ids?.add(head.id);
    return true;
  };
}

/** Ids that senders chose and that the file already holds. */
async function knownIds(
  writer: Writer,
  partition: Partition,
  entries: readonly Entry[],
): Promise<Set<string>> {
  const chosen = entries.filter(({ record }) => record.senderChosenId).map(({ record }) => record.head.id);
  if (chosen.length === 0 || partition.events === 0) return new Set();
  const events = `${quoteName(partition.alias)}.events`;
  const rows = await writer.read(`SELECT id FROM ${events} WHERE id IN (SELECT unnest($1))`, [chosen]);
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
  let { from, to } = partition;
  for (const { record } of entries) {
    const { head, position } = record;
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
  partition.events += entries.length - refused.length;
  Object.assign(partition, { from, to, nested: partition.nested || nested });
  return refused;
}
