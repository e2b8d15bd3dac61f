import type { StreamRetention } from '../contract.ts';
import type { Logger } from '../logger.ts';
import { sizesOnDisk } from './log_dirs.ts';
import { reasonOf } from './protocol.ts';
import { deleteRecords, type StreamConfig } from './stream.ts';

const everyMs = 60_000;

type Place = Pick<StreamConfig, 'client' | 'connection' | 'groups' | 'topic' | 'partitions'>;

/**
 * Deletes what is too old or too much and was read by every group, once a minute; Kafka's own retention asks no group.
 * Every process that has the stream open does it: what one deleted is gone for the next.
 */
export function startRetention(place: Place, retention: StreamRetention, log: Logger): () => Promise<void> {
  let under = Promise.resolve();
  const timer = setInterval(() => {
    under = sweep(place, retention).catch((error: unknown) => {
      log.warn(
        { topic: place.topic, reason: reasonOf(error) },
        'retention could not be applied; trying again',
      );
    });
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await under;
  };
}

/** Exported for its test. */
export async function sweep(place: Place, { ms, bytes }: StreamRetention): Promise<void> {
  const { connection, topic } = place;
  const partitions = Array.from({ length: place.partitions }, (_, partition) => partition);
  const first = await connection.offsets(topic, partitions, 'earliest');
  const end = await connection.offsets(topic, partitions, 'latest');
  if (ms !== undefined) {
    const targets = await connection.offsets(topic, partitions, Date.now() - ms);
    await deleteRecords(place, partitions, { first, end }, targets);
  }
  if (bytes === undefined) return;
  const sizes = await sizesOnDisk(connection, topic, partitions);
  const used = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (used <= bytes) return;
  // Records are taken for equally large: the same share of each partition goes.
  const targets = new Map<number, number>();
  for (const [partition, next] of end) {
    const begin = first.get(partition) ?? 0;
    targets.set(partition, begin + Math.floor((next - begin) * (1 - bytes / used)));
  }
  await deleteRecords(place, partitions, { first, end }, targets);
}
