import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type {
  DocumentChange,
  DocumentKey,
  DocumentPlaces,
  Documents,
  Expected,
} from '../documents/contract.ts';
import { fileOf, keyOfFile, keyOfPath, putText, readText } from '../documents/files.ts';
import type { Connection } from './client.ts';
import { createDocumentVersions, type DocumentVersions } from './document_versions.ts';
import { kafkaErrors } from './errors.ts';
import type { KafkaLog } from './kafka.ts';
import { createProducer } from './producer.ts';
import { type Message, reasonOf } from './protocol.ts';
import { fetchFrom } from './reading.ts';
import { ensureTopic } from './topics.ts';

/** Files of documents in the topic; those above it are this process' own. */
const below = 'cluster';
/** One, so that all changes have one order. */
const partition = 0;
const lookEveryMs = 250;
const closeWithinMs = 2_000;
const margin = 2_048;
/** What Kafka keeps of a record beside its key and value, its condition included, at most. */
const overheadBytes = 400;

/**
 * Documents in the compacted topic `<prefix>documents`: the key is folder and name, the value the text, a tombstone deletes.
 * Every process follows the topic into its own folder, and a writer reads back what it wrote, to see whether it counts. Without Kafka the folder
 * stays as it is, and nothing can be written. Rejects with KAFKA_TOPIC_MISSING, KAFKA_TOPIC_UNFIT, KAFKA_UNREACHABLE.
 */
export async function openKafkaDocuments(kafka: KafkaLog, places: DocumentPlaces): Promise<Documents> {
  const { directory, folders } = places;
  const { client, append, read } = await kafka.connect();
  const { prefix, codec, log, appendTimeoutMs: timeoutMs, topic: spec } = kafka.settings;
  const topic = `${prefix}documents`;
  const { partitions, maxBatchBytes } = await ensureTopic(
    client,
    { ...spec, topic, partitions: 1, cleanup: 'compact' },
    log,
  );
  await Promise.all([append.watch([topic]), read.watch([topic])]);
  const batchBytes = maxBatchBytes - margin;
  const producer = createProducer({
    connection: append,
    topic,
    partitions,
    codec,
    batchBytes,
    timeoutMs,
    log,
  });
  const shared = (key: DocumentKey): string => fileOf(directory, key, below);
  const closing = new AbortController();
  let known = createDocumentVersions();
  let isStale = true;
  let turn: Promise<unknown> = Promise.resolve();

  const unavailable = (reason: string) =>
    kafkaErrors.KAFKA_UNAVAILABLE({ stream: 'documents', seconds: timeoutMs / 1_000, reason, retryAfter: 1 });

  /** One after the other, whoever asks. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  /**
   * After a failure all is read anew: of what was deleted long ago the topic says nothing any more.
   *
   * @returns offsets of records that do not count
   */
  async function catchUp(): Promise<ReadonlySet<number>> {
    const isAnew = isStale;
    isStale = true;
    const changed = new Set(isAnew ? await pathsIn(places) : []);
    const versions = isAnew ? createDocumentVersions() : known;
    const refused = await readOn(read, topic, versions, changed);
    known = versions;
    for (const path of changed) await follow(path);
    isStale = false;
    return refused;
  }

  async function follow(path: string): Promise<void> {
    const key = keyOfPath(path, folders);
    if (key === undefined)
      return log.warn({ topic, key: path }, 'the topic has a document of an unknown kind');
    const text = known.texts.get(path) ?? null;
    if ((await readText(shared(key))) !== text) await putText(shared(key), text);
    // What this process had for itself under that name.
    await putText(fileOf(directory, key), null);
  }

  /** Sends changes and reads them back. @returns whether they count */
  async function send(
    changes: readonly DocumentChange[],
    condition: Message['headers'] = {},
  ): Promise<boolean> {
    const messages = changes.map((change) => ({ ...messageOf(change), headers: condition }));
    const sizes = messages.map(({ key, value }) => (key?.length ?? 0) + (value?.length ?? 0) + overheadBytes);
    const offsets = await producer.send(partition, messages, sizes).catch((error: unknown) => {
      throw unavailable(reasonOf(error));
    });
    let isTaken = true;
    const until = Date.now() + timeoutMs;
    while (known.next <= (offsets.at(-1) ?? -1)) {
      if (Date.now() > until) throw unavailable('it was written, but could not be read back');
      const refused = await catchUp();
      isTaken &&= !offsets.some((offset) => refused.has(offset));
    }
    return isTaken;
  }

  /** Writes again what counts where the last record does not, so that compaction keeps it. */
  async function settle(): Promise<void> {
    for (const path of [...known.overtaken]) {
      const key = keyOfPath(path, folders);
      while (key !== undefined && known.overtaken.has(path))
        await send([{ ...key, text: known.texts.get(path) ?? null }], known.condition(path));
    }
  }

  async function write(changes: readonly DocumentChange[], expected?: Expected): Promise<boolean> {
    const last = changes.at(-1);
    if (last === undefined) return true;
    await catchUp().catch((error: unknown) => {
      throw unavailable(reasonOf(error));
    });
    await settle();
    if (expected === undefined) return send(changes);
    const path = pathOf(last);
    if (!expected(known.texts.get(path) ?? (await readText(fileOf(directory, last))))) return false;
    if (await send(changes, known.condition(path))) return true;
    await settle();
    return false;
  }

  for (const folder of folders) await mkdir(join(directory, folder, below), { recursive: true });
  await catchUp();
  // Whoever was overtaken may have ended before it could.
  await settle().catch((error: unknown) => {
    log.warn({ topic, reason: reasonOf(error) }, 'a document that was overtaken is left to the next writer');
  });
  const following = (async () => {
    let failing = false;
    while (!closing.signal.aborted) {
      await setTimeout(lookEveryMs, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      const failure = await inTurn(() => catchUp()).then(() => undefined, reasonOf);
      if (failure !== undefined && !failing)
        log.warn(
          { topic, reason: failure },
          'the documents in Kafka cannot be followed; those here stay in force',
        );
      failing = failure !== undefined;
      if (failing) await read.refresh();
    }
  })();

  return {
    shared: true,
    file: shared,
    keyOf: (file) =>
      keyOfFile(file, places) ?? keyOfFile(file.replace(/[\\/]cluster(?=[\\/][^\\/]*$)/, ''), places),
    read: async (key) => known.texts.get(pathOf(key)) ?? readText(fileOf(directory, key)),
    write: (changes, expected) => inTurn(() => write(changes, expected)),
    async close() {
      closing.abort();
      // Without a broker what is under way would take its time, and comes to nothing.
      await Promise.race([following.then(() => turn), setTimeout(closeWithinMs, undefined, { ref: false })]);
    },
  };
}

const pathOf = ({ folder, name }: DocumentKey): string => `${folder}/${name}`;

const messageOf = (change: DocumentChange): Message => ({
  key: pathOf(change),
  value: change.text === null ? null : Buffer.from(change.text),
});

/** Documents whose files are here. */
async function pathsIn({ directory, folders }: DocumentPlaces): Promise<string[]> {
  const found = folders.map(async (folder) =>
    (await readdir(join(directory, folder, below)).catch(() => []))
      .filter((name) => name.endsWith('.yml'))
      .map((name) => `${folder}/${name.slice(0, -'.yml'.length)}`),
  );
  return (await Promise.all(found)).flat();
}

/** Takes all there is behind what is known; answers the offsets of records that do not count. */
async function readOn(
  connection: Connection,
  topic: string,
  versions: DocumentVersions,
  changed: Set<string>,
): Promise<ReadonlySet<number>> {
  const refused = new Set<number>();
  for (;;) {
    const { messages, next } = await fetchFrom(connection, topic, { partition, offset: versions.next });
    for (const message of messages) {
      if (versions.take(message)) changed.add(message.key?.toString() ?? '');
      else refused.add(Number(message.offset));
    }
    if (next === versions.next) return refused;
    versions.moveTo(next);
  }
}
