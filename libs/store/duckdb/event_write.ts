import { type DataClass, isObject } from '@tidewatch/event';
import { parseIsoTime } from '@tidewatch/query';
import type { DataClasses } from '../classes.ts';
import type { IndexedEvent, WriteOutcome } from '../contract.ts';
import { eventFields, promote, withKeys } from './columns.ts';
import { type AppendRow, type Database, quoteName, type Writer } from './database.ts';
import { maxPaths, type Partition, type Partitions } from './partitions.ts';

const fields = withKeys(eventFields);
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
      const checked = check(record, classes);
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

/** The event's time, or why the store can't take it. */
function check(
  { dataClass, event, ingested, position }: IndexedEvent,
  classes: DataClasses,
): number | WriteOutcome {
  const reject = (reason: string, message: string): WriteOutcome => ({ status: 'rejected', reason, message });
  if (classes.get(dataClass) === undefined)
    return reject('unknown_class', `There is no data class ${dataClass}.`);
  if (!isObject(event.event) || typeof event.event.id !== 'string' || event.event.id === '')
    return reject('no_id', 'The event has no event.id.');
  const timestamp = event['@timestamp'];
  const time = typeof timestamp === 'string' ? parseIsoTime(timestamp) : undefined;
  if (time === undefined) return reject('invalid_timestamp', '@timestamp must be an ISO 8601 time.');
  if (!Number.isSafeInteger(ingested) || ingested < 0 || ingested > 253_402_300_799_999)
    return reject('invalid_ingested', 'The ingestion time is out of range.');
  if (!Number.isSafeInteger(position.offset))
    return reject('invalid_position', 'The position is not a whole number.');
  return time;
}

async function group(entries: readonly Entry[], partitions: Partitions, classes: DataClasses) {
  const groups = new Map<Partition, Entry[]>();
  for (const entry of entries) {
    const { dataClass, ingested } = entry.record;
    const partition = await partitions.forRecord(dataClass, ttlOf(classes, dataClass), ingested);
    const members = groups.get(partition);
    if (members === undefined) groups.set(partition, [entry]);
    else members.push(entry);
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
  const newPaths = new Set<string>();
  const onPath = (path: string): void => {
    if (!partition.paths.has(path) && partition.paths.size + newPaths.size < maxPaths) newPaths.add(path);
  };
  let nested = partition.nested;
  let from = partition.from;
  let to = partition.to;
  for (const { record, time } of entries) {
    const { partition: stream, offset } = record.position;
    positions.set(stream, Math.max(offset, positions.get(stream) ?? partition.positions.get(stream) ?? -1));
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  await writer.transaction(async () => {
    await writer.append(
      alias,
      'events',
      rows(entries, onPath, () => {
        nested = true;
      }),
    );
    const unseen = [...newPaths].map((path) => [path]);
    if (unseen.length > 0) await writer.append(alias, 'paths', unseen);
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

function* rows(
  entries: readonly Entry[],
  onPath: (path: string) => void,
  onNested: () => void,
): Generator<AppendRow> {
  for (const { record, time } of entries) {
    const { event, ingested } = record;
    const { values, nested, text, json } = promote(event, fields, onPath);
    if (nested) onNested();
    yield [BigInt(time), event.event.id, BigInt(ingested), nested, ...values, text, json];
  }
}
