const seed = 0x9747b28c;
const m = 0x5bd1e995;

/**
 * Murmur2 as Kafka's own clients hash keys, so that whatever else writes to a topic puts a key where Tidewatch does.
 * org.apache.kafka.common.utils.Utils#murmur2
 */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const at = (i: number): number => data[i] as number;
  let h = seed ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  if (length - i === 3) h ^= at(i + 2) << 16;
  if (length - i >= 2) h ^= at(i + 1) << 8;
  if (length - i >= 1) h = Math.imul(h ^ at(i), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/** Kafka's default: the hash without its sign, modulo the partitions. */
export function partitionOf(key: string, partitions: number): number {
  if (partitions === 1) return 0;
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
