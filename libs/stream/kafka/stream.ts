import type { Consumer, NewRecord, Position, Stream, StreamRecord } from '../contract.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { checkName } from '../names.ts';
import type { Client, Connection } from './client.ts';
import { kafkaErrors } from './errors.ts';
import { createGroupReader } from './group_reader.ts';
import type { Bounds, Groups } from './groups.ts';
import { sizesOnDisk } from './log_dirs.ts';
import { partitionOf } from './murmur2.ts';
import type { Producer } from './producer.ts';
import { type Message, reasonOf } from './protocol.ts';
import { fetchFrom, recordOf } from './reading.ts';

export interface StreamConfig {
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly client: Client;
  /** For everything but what is appended. */
  readonly connection: Connection;
  readonly producer: Producer;
  readonly groups: Groups;
  readonly maxRecordBytes: number;
  readonly queueBytes: number;
  readonly appendTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly log: Logger;
  readonly repartition: (group: string) => Promise<Stream>;
  /** Ends what works on the stream by itself. */
  readonly closing: () => Promise<void>;
}

const defaultMaxRecords = 2_000;
const discoverEveryMs = 30_000;
const retryAfter = 5;
/** What Kafka keeps of a record beside its key, headers and value, at most. */
const framingBytes = 32;
const noDamage = { tornTails: 0, quarantinedRecords: 0, quarantinedBytes: 0, missingRecords: 0 };

export function createStream(config: StreamConfig): Stream {
  const { name, topic, client, connection, producer, groups, log } = config;
  const all = Array.from({ length: config.partitions }, (_, partition) => partition);
  const consumers = new Set<Consumer>();
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing !== undefined) throw errors.STREAM_CLOSED({ stream: name });
  }

  function share(records: readonly NewRecord[]): {
    readonly shares: readonly Share[];
    readonly total: number;
  } {
    const shares: Share[] = all.map(() => ({ messages: [], bytes: [], places: [] }));
    let total = 0;
    for (let place = 0; place < records.length; place++) {
      const record = records[place] as NewRecord;
      const bytes = bytesOf(record);
      if (bytes > config.maxRecordBytes)
        throw errors.RECORD_TOO_LARGE({ bytes, limit: config.maxRecordBytes });
      const { messages, bytes: sizes, places } = shares[partitionOf(record.key, all.length)] as Share;
      messages.push(messageOf(record));
      sizes.push(bytes);
      places.push(place);
      total += bytes;
    }
    return { shares, total };
  }

  async function bounds(): Promise<Bounds> {
    const [first, end] = await Promise.all([
      connection.offsets(topic, all, 'earliest'),
      connection.offsets(topic, all, 'latest'),
    ]);
    return { first, end };
  }

  async function close(): Promise<void> {
    await config.closing();
    await producer.idle();
    await Promise.all([...consumers].map((consumer) => consumer.close()));
  }

  return {
    name,
    async append(records) {
      assertOpen();
      const { shares, total } = share(records);
      const { queueBytes: limit } = config;
      const used = producer.waiting;
      // One append may be larger than the queue, but not wait behind another.
      if (used > 0 && used + total > limit)
        throw kafkaErrors.KAFKA_BUSY({ stream: name, used, limit, retryAfter });
      const positions = new Array<Position>(records.length);
      const sent = await Promise.allSettled(
        shares.map(async ({ messages, bytes, places }, partition) => {
          if (messages.length === 0) return;
          const offsets = await producer.send(partition, messages, bytes);
          for (let i = 0; i < places.length; i++)
            positions[places[i] as number] = { partition, offset: offsets[i] as number };
        }),
      );
      const failed = sent.find((result) => result.status === 'rejected');
      if (failed === undefined) return positions;
      throw kafkaErrors.KAFKA_UNAVAILABLE({
        stream: name,
        seconds: config.appendTimeoutMs / 1_000,
        reason: reasonOf(failed.reason),
        retryAfter,
      });
    },

    async subscribe(subscription) {
      assertOpen();
      checkName('Group', subscription.group);
      const { group, assigned, revoked, process } = subscription;
      const reader = await createGroupReader({
        client,
        log,
        groupId: groups.id(group),
        topics: () => [topic],
        from: subscription.from ?? 'earliest',
        maxRecords: subscription.maxRecords ?? defaultMaxRecords,
        commits: subscription.commits ?? 'batch',
        sessionTimeoutMs: config.sessionTimeoutMs,
        heartbeatMs: config.heartbeatMs,
        discoverEveryMs,
        ...(assigned === undefined ? {} : { assigned: (_, partition) => assigned(partition) }),
        ...(revoked === undefined ? {} : { revoked: (_, partition, lost) => revoked(partition, lost) }),
        process: (_, partition, messages) =>
          process({
            stream: name,
            partition,
            records: messages.map((message) => recordOf(partition, message)),
          }),
      });
      const consumer: Consumer = {
        drain: () => reader.drain(),
        commit: ({ partition, offset }) => reader.commit(topic, partition, offset),
        async close() {
          await reader.close();
          consumers.delete(consumer);
        },
      };
      consumers.add(consumer);
      return consumer;
    },

    async read({ partition, offset }, limit) {
      const records: StreamRecord[] = [];
      if (!all.includes(partition)) return records;
      for (let next = offset; records.length < limit; ) {
        const more = await fetchFrom(connection, topic, { partition, offset: next });
        if (
          more.next === next ||
          (more.messages.length === 0 && more.next > next && (await atEnd(partition, more.next)))
        )
          break;
        for (const message of more.messages.slice(0, limit - records.length))
          records.push(recordOf(partition, message));
        next = more.next;
      }
      return records;
    },

    async stats() {
      const { first, end } = await bounds();
      const sizes = await sizesOnDisk(connection, topic, all);
      return {
        stream: name,
        partitions: all.map((partition) => ({
          partition,
          first: first.get(partition) ?? 0,
          next: end.get(partition) ?? 0,
        })),
        bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
        groups: await groups.lag({ first, end }),
        damage: noDamage,
      };
    },

    async dueBefore(before) {
      assertOpen();
      // In this order: what comes in between is no record that was there.
      const there = await bounds();
      const due = await dueRecords(config, all, there, await connection.offsets(topic, all, before));
      return due.map(({ partition, begin, offset }) => ({ partition, records: offset - begin }));
    },

    async deleteBefore(before) {
      assertOpen();
      return deleteRecords(config, all, await bounds(), await connection.offsets(topic, all, before));
    },

    repartition: config.repartition,

    readers: (names) => groups.readers(names),

    async forgetGroup(group) {
      assertOpen();
      await groups.forget(group);
    },

    close: () => {
      closing ??= close();
      return closing;
    },
  };

  async function atEnd(partition: number, offset: number): Promise<boolean> {
    return offset >= ((await connection.offsets(topic, [partition], 'latest')).get(partition) ?? 0);
  }
}

type Deleting = Pick<StreamConfig, 'client' | 'connection' | 'groups' | 'topic'>;

/** What lies before `targets` (-1: everything there is) and was read by every group: from `begin` up to `offset`. */
async function dueRecords(
  { groups }: Pick<Deleting, 'groups'>,
  partitions: readonly number[],
  { first, end }: Bounds,
  targets: ReadonlyMap<number, number>,
): Promise<readonly { partition: number; begin: number; offset: number; next: number }[]> {
  const read = [...(await groups.positions()).values()];
  return partitions
    .map((partition) => {
      const begin = first.get(partition) ?? 0;
      const next = end.get(partition) ?? 0;
      const target = targets.get(partition) ?? begin;
      const readByAll = read.map((group) => group.get(partition) ?? begin);
      return { partition, begin, next, offset: Math.min(target < 0 ? next : target, ...readByAll) };
    })
    .filter(({ begin, offset }) => offset > begin);
}

/** Deletes what lies before `targets` (-1: everything there is) and was read by every group. */
export async function deleteRecords(
  { client, connection, groups, topic }: Deleting,
  partitions: readonly number[],
  bounds: Bounds,
  targets: ReadonlyMap<number, number>,
): Promise<{ records: number; bytes: number }> {
  const due = await dueRecords({ groups }, partitions, bounds, targets);
  const deleted = { records: 0, bytes: 0 };
  if (due.length === 0) return deleted;
  const sizes = await sizesOnDisk(connection, topic, partitions);
  for (const { partition, begin, offset, next } of due) {
    deleted.records += offset - begin;
    deleted.bytes += Math.round(((sizes.get(partition) ?? 0) * (offset - begin)) / (next - begin));
  }
  const requests = due.map(({ partition, offset }) => ({ partition, offset: String(offset) }));
  await client.admin.deleteTopicRecords({ topic, partitions: requests });
  return deleted;
}

interface Share {
  readonly messages: Message[];
  readonly bytes: number[];
  /** Where each record stands in the append. */
  readonly places: number[];
}

function bytesOf({ key, value, headers }: NewRecord): number {
  let bytes = framingBytes + Buffer.byteLength(key) + value.byteLength;
  for (const name in headers)
    bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(headers[name] as string);
  return bytes;
}

function messageOf({ key, value, headers }: NewRecord): Message {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return headers === undefined ? { key, value: bytes } : { key, value: bytes, headers };
}
