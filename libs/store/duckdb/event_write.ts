import type { DataClass } from '@tidewatch/event';
import { acceptable } from '../acceptable.ts';
import type { DataClasses } from '../classes.ts';
import type { IndexedEvent, WriteOutcome } from '../contract.ts';
import type { Database, Writer } from './database.ts';
import { quoteName } from './engine.ts';
import { toBatch } from './event_rows.ts';
import { maxPaths, type Partition, type Partitions } from './partitions.ts';

const stored: WriteOutcome = { status: 'stored' };
const alreadyThere: WriteOutcome = { status: 'already_there' };

interface Entry {
  readonly index: number;
  readonly record: IndexedEvent;
  readonly time: number;
}

/** Writes batches: the records of one file, its positions and its new paths in one transaction of that file. */
export function createEventWriter(database: Database, partitions: Partitions, classes: DataClasses) {
  return async function write(batch: readonly IndexedEvent[]): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    const accepted: Entry[] = [];
    batch.forEach((record, index) => {
      const checked = acceptable(record, classes);
      if (typeof checked === 'number') accepted.push({ index, record, time: checked });
      else outcomes[index] = checked;
    });
    if (accepted.length === 0) return outcomes;
    await database.write(async (writer) => {
      for (const [partition, entries] of await group(accepted, partitions, classes)) {
        for (const [index, outcome] of await writeFile(writer, partition, entries)) outcomes[index] = outcome;
      }
    });
    return outcomes;
  };
}

async function group(entries: readonly Entry[], partitions: Partitions, classes: DataClasses) {
  const groups = new Map<Partition, Entry[]>();
  let last: { readonly of: IndexedEvent; readonly members: Entry[] } | undefined;
  for (const entry of entries) {
    const { dataClass, ingested } = entry.record;
    // Records come in runs of one millisecond.
    if (last?.of.dataClass === dataClass && last.of.ingested === ingested) {
      last.members.push(entry);
      continue;
    }
    const partition = await partitions.forRecord(dataClass, ttlOf(classes, dataClass), ingested);
    const members = groups.get(partition) ?? [];
    members.push(entry);
    groups.set(partition, members);
    last = { of: entry.record, members };
  }
  return groups;
}

const ttlOf = (classes: DataClasses, dataClass: DataClass): number => classes.get(dataClass)?.ttlMs ?? 0;

async function writeFile(
  writer: Writer,
  partition: Partition,
  entries: readonly Entry[],
): Promise<Map<number, WriteOutcome>> {
  const outcomes = new Map<number, WriteOutcome>();
  const ids = await knownIds(writer, partition, entries);
  const seen = new Set<string>();
  const fresh = entries.filter(({ index, record }) => {
    const { partition: stream, offset } = record.position;
    const place = `${stream}:${offset}`;
    const replayed = offset <= (partition.positions.get(stream) ?? -1) || seen.has(place);
    seen.add(place);
    const duplicate = record.senderChosenId && ids.has(record.event.event.id);
    if (!replayed) ids.add(record.event.event.id);
    outcomes.set(index, replayed || duplicate ? alreadyThere : stored);
    return !replayed && !duplicate;
  });
  if (fresh.length > 0) await commit(writer, partition, fresh);
  return outcomes;
}

/** Ids that senders chose and that the file already holds. */
async function knownIds(
  writer: Writer,
  partition: Partition,
  entries: readonly Entry[],
): Promise<Set<string>> {
  const chosen = entries
    .filter(({ record }) => record.senderChosenId)
    .map(({ record }) => record.event.event.id);
  if (chosen.length === 0 || partition.events === 0) return new Set();
  const events = `${quoteName(partition.alias)}.events`;
  const rows = await writer.read(`SELECT id FROM ${events} WHERE id IN (SELECT unnest($1))`, [chosen]);
  return new Set(rows.map(([id]) => id as string));
}

/** What is known of the file changes only when the transaction has. */
async function commit(writer: Writer, partition: Partition, entries: readonly Entry[]): Promise<void> {
  const { alias } = partition;
  const positions = new Map<number, number>();
  let newPaths: string[] = [];
  let { nested } = partition;
  let from = partition.from;
  let to = partition.to;
  for (const { record, time } of entries) {
    const { partition: stream, offset } = record.position;
    positions.set(stream, Math.max(offset, positions.get(stream) ?? partition.positions.get(stream) ?? -1));
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  await writer.transaction(async () => {
    const facts = await writer.appendEvents(
      alias,
      toBatch(entries.map(({ record, time }) => ({ ...record, time }))),
    );
    nested ||= facts.nested;
    newPaths = facts.paths
      .filter((path) => !partition.paths.has(path))
      .slice(0, maxPaths - partition.paths.size);
    if (newPaths.length > 0)
      await writer.append(
        alias,
        'paths',
        newPaths.map((path) => [path]),
      );
    for (const [stream, offset] of positions) {
      const table = `${quoteName(alias)}.positions`;
      const changed = await writer.run(`UPDATE ${table} SET stream_offset = $1 WHERE stream_partition = $2`, [
        offset,
        stream,
      ]);
      if (changed === 0) await writer.run(`INSERT INTO ${table} VALUES ($1, $2)`, [stream, offset]);
    }
  });
  for (const [stream, offset] of positions) partition.positions.set(stream, offset);
  for (const path of newPaths) partition.paths.add(path);
  Object.assign(partition, { from, to, nested, events: partition.events + entries.length });
}
