import { randomUUID } from 'node:crypto';
import type { KeptSnapshots } from '../keyed/index.ts';
import type { Connection } from './client.ts';
import type { KafkaLog } from './kafka.ts';
import { partitionOf } from './murmur2.ts';
import { createProducer, type Producer } from './producer.ts';
import type { Message } from './protocol.ts';
import { fetchFrom } from './reading.ts';
import { ensureTopic } from './topics.ts';

/** What names a snapshot's parts: `<stage>/<unit>` holds this, `<stage>/<unit>/<id>/<number>` a part. */
interface Manifest {
  readonly id: string;
  readonly parts: number;
}

interface Saved extends Manifest {
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Changelog {
  readonly topic: string;
  readonly partitions: number;
  readonly partBytes: number;
  readonly connection: Connection;
  readonly producer: Producer;
}

/** What is known of one partition of the changelog. */
interface Index {
  next: number;
  readonly manifests: Map<string, Saved>;
  readonly parts: Map<string, number>;
  turn: Promise<unknown>;
}

const partBytes = 512 * 1024;
const margin = 2_048;
const attempts = 3;

/**
 * Snapshots in a compacted topic, `<prefix><name>`. One larger than a record is cut into parts, written before the
 * record that names them; the parts it replaces are deleted after. So a crash leaves the old or the new one, whole.
 */
export function createKafkaSnapshots(kafka: KafkaLog, name = 'snapshots'): KeptSnapshots {
  let opened: Promise<Changelog> | undefined;
  const indexes = new Map<number, Index>();

  async function open(): Promise<Changelog> {
    const { client, append, read } = await kafka.connect();
    const { prefix, codec, log, appendTimeoutMs: timeoutMs, topic: spec } = kafka.settings;
    const topic = prefix + name;
    const found = await ensureTopic(client, { ...spec, topic, cleanup: 'compact' }, log);
    const { partitions } = found;
    await Promise.all([append.watch([topic]), read.watch([topic])]);
    const bytes = Math.min(partBytes, found.maxBatchBytes - margin);
    const producer = createProducer({
      connection: append,
      topic,
      partitions,
      codec,
      batchBytes: bytes,
      timeoutMs,
      log,
    });
    return { topic, partitions, partBytes: bytes - margin, connection: read, producer };
  }

  function changelog(): Promise<Changelog> {
    opened ??= open();
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  }

  function indexOf(partition: number): Index {
    const known = indexes.get(partition);
    if (known !== undefined) return known;
    const index = { next: 0, manifests: new Map(), parts: new Map(), turn: Promise.resolve() };
    indexes.set(partition, index);
    return index;
  }

  /** Snapshots of some stages that were last saved before a time. */
  async function old(time: number, stages: readonly string[]) {
    const log = await changelog();
    const found: { partition: number; key: string; manifest: Manifest }[] = [];
    for (let partition = 0; partition < log.partitions; partition++) {
      const index = indexOf(partition);
      await catchUp(log, partition, index);
      for (const [key, manifest] of index.manifests)
        if (manifest.at < time && stages.some((stage) => key.startsWith(`${stage}/`)))
          found.push({ partition, key, manifest });
    }
    return found;
  }

  return {
    async load(stage, unit) {
      const log = await changelog();
      const key = `${stage}/${unit}`;
      const partition = partitionOf(key, log.partitions);
      const index = indexOf(partition);
      for (let attempt = 0; attempt < attempts; attempt++) {
        await catchUp(log, partition, index);
        const manifest = index.manifests.get(key);
        if (manifest === undefined) return undefined;
        const parts = await readParts(log, partition, index, key, manifest);
        if (parts !== undefined) return Buffer.concat(parts);
        // Replaced meanwhile.
      }
      throw new Error(`a part of the snapshot ${key} is missing in ${log.topic}`);
    },

    async save(stage, unit, snapshot) {
      const log = await changelog();
      const key = `${stage}/${unit}`;
      const partition = partitionOf(key, log.partitions);
      const { manifests } = indexOf(partition);
      const before = manifests.get(key);
      const { messages, manifest } = cut(key, snapshot, log.partBytes);
      messages.push(...tombstones(key, before));
      await send(log, partition, messages);
      manifests.set(key, { ...manifest, at: Date.now() });
    },

    due: async (time, stages) => (await old(time, stages)).length,

    async expire(time, stages) {
      const log = await changelog();
      const found = await old(time, stages);
      for (const { partition, key, manifest } of found) {
        await send(log, partition, [{ key, value: null }, ...tombstones(key, manifest)]);
        indexOf(partition).manifests.delete(key);
      }
      return found.length;
    },
  };
}

const tombstones = (key: string, manifest: Manifest | undefined): KeyedMessage[] =>
  Array.from({ length: manifest?.parts ?? 0 }, (_, i) => ({
    key: partKey(key, (manifest as Manifest).id, i),
    value: null,
  }));

async function send(log: Changelog, partition: number, messages: readonly KeyedMessage[]): Promise<void> {
  const sizes = messages.map(({ key, value }) => key.length + (value?.length ?? 0) + 64);
  await log.producer.send(partition, [...messages], sizes);
}

const partKey = (key: string, id: string, number: number): string => `${key}/${id}/${number}`;

function cut(
  key: string,
  snapshot: Uint8Array,
  bytes: number,
): { messages: KeyedMessage[]; manifest: Manifest } {
  const id = randomUUID();
  const whole = Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  const messages: KeyedMessage[] = [];
  for (let at = 0; at < whole.length; at += bytes)
    messages.push({ key: partKey(key, id, messages.length), value: whole.subarray(at, at + bytes) });
  const manifest = { id, parts: messages.length };
  messages.push({ key, value: Buffer.from(JSON.stringify(manifest)) });
  return { messages, manifest };
}

type KeyedMessage = Message & { readonly key: string };

/** Reads what was written since the last time. One at a time for a partition. */
function catchUp({ connection, topic }: Changelog, partition: number, index: Index): Promise<void> {
  const read = async () => {
    for (;;) {
      const { messages, next } = await fetchFrom(connection, topic, { partition, offset: index.next });
      for (const { key, value, offset, timestamp } of messages) {
        const name = key?.toString() ?? '';
        const isPart = name.split('/').length > 2;
        if (value === null) (isPart ? index.parts : index.manifests).delete(name);
        else if (isPart) index.parts.set(name, Number(offset));
        else
          index.manifests.set(name, { ...(JSON.parse(value.toString()) as Manifest), at: Number(timestamp) });
      }
      if (next === index.next) return;
      index.next = next;
    }
  };
  const caughtUp = index.turn.then(read);
  index.turn = caughtUp.catch(() => {});
  return caughtUp;
}

async function readParts(
  { connection, topic }: Changelog,
  partition: number,
  index: Index,
  key: string,
  { id, parts }: Manifest,
): Promise<Buffer[] | undefined> {
  const found = new Map<string, Buffer>();
  for (let i = 0; i < parts; i++) {
    const name = partKey(key, id, i);
    const offset = index.parts.get(name);
    if (offset === undefined) return undefined;
    if (!found.has(name)) {
      const { messages } = await fetchFrom(connection, topic, { partition, offset });
      for (const message of messages)
        if (message.value !== null) found.set(message.key?.toString() ?? '', message.value);
    }
    if (!found.has(name)) return undefined;
  }
  return Array.from({ length: parts }, (_, i) => found.get(partKey(key, id, i)) as Buffer);
}
