import type { Accept, RawRecord } from '@tidewatch/plugin';
import { z } from 'zod';

const rate = z.number().positive();

/** How much may come for one name. Over it senders hear 429, or their socket is not read for a while. */
export const quotaConfig = z.strictObject({
  events_per_second: rate
    .optional()
    .meta({ description: 'Most events a second on average; any when not given.', examples: [2_000] }),
  bytes_per_second: rate
    .optional()
    .meta({ description: 'Most bytes a second on average; any when not given.', examples: [2_000_000] }),
  burst_seconds: rate.default(5).meta({
    description: 'How many seconds of the rates may come at once after a pause.',
    examples: [5, 60],
  }),
});

export type QuotaConfig = z.infer<typeof quotaConfig>;

/** Token buckets, one for each name. */
export interface Quotas {
  /**
   * Answers 0 and takes from the name's bucket, or the seconds to wait before anything of that name may come again
   * and takes nothing. A bucket that holds anything lets any amount through and goes into debt, so that one batch
   * above the burst is late rather than refused for ever; `take(name, 0, 0)` asks and takes nothing.
   */
  take(name: string, events: number, bytes: number): number;
  /** Takes events from the name's bucket that have come already, whatever it holds. */
  charge(name: string, events: number): void;
  /** What was refused so far, over all names. */
  readonly refused: { readonly events: number; readonly bytes: number };
}

interface Bucket {
  events: number;
  bytes: number;
  /** Seconds, of the clock, at which the two were right. */
  at: number;
}

/** Names beyond this many that are in use at once share one bucket, so that made-up ones cost no memory. */
const maxBuckets = 10_000;

/** @param clock in seconds; never goes back */
export function createQuotas(
  limits: QuotaConfig,
  clock: () => number = () => performance.now() / 1_000,
): Quotas {
  const { events_per_second = Infinity, bytes_per_second = Infinity, burst_seconds } = limits;
  const most = { events: events_per_second * burst_seconds, bytes: bytes_per_second * burst_seconds };
  const buckets = new Map<string, Bucket>();
  const shared: Bucket = { ...most, at: clock() };
  const refused = { events: 0, bytes: 0 };
  let swept = Number.NEGATIVE_INFINITY;

  function fill(bucket: Bucket, now: number): void {
    const seconds = now - bucket.at;
    if (seconds <= 0) return;
    bucket.events = Math.min(most.events, bucket.events + seconds * events_per_second);
    bucket.bytes = Math.min(most.bytes, bucket.bytes + seconds * bytes_per_second);
    bucket.at = now;
  }

  /** Forgets buckets that are full again: a new one would be the same. */
  function sweep(now: number): void {
    if (now - swept < 1) return;
    swept = now;
    for (const [name, bucket] of buckets) {
      fill(bucket, now);
      if (bucket.events === most.events && bucket.bytes === most.bytes) buckets.delete(name);
    }
  }

  function bucketOf(name: string, now: number): Bucket {
    const known = buckets.get(name);
    if (known !== undefined) return known;
    if (buckets.size >= maxBuckets) sweep(now);
    if (buckets.size >= maxBuckets) return shared;
    const bucket = { ...most, at: now };
    buckets.set(name, bucket);
    return bucket;
  }

  return {
    take(name, events, bytes) {
      const now = clock();
      const bucket = bucketOf(name, now);
      fill(bucket, now);
      if (bucket.events > 0 && bucket.bytes > 0) {
        bucket.events -= events;
        bucket.bytes -= bytes;
        return 0;
      }
      refused.events += events;
      refused.bytes += bytes;
      // A thousandth more than to zero: a bucket must hold something.
      return 0.001 + Math.max(owed(bucket.events, events_per_second), owed(bucket.bytes, bytes_per_second));
    },
    charge(name, events) {
      const now = clock();
      const bucket = bucketOf(name, now);
      fill(bucket, now);
      bucket.events -= events;
    },
    refused,
  };
}

/** Charges for what documents turned out to hold: each was counted as one event when it came, and may be a list of records. */
export function chargeLists(
  accept: Accept,
  charge: (source: string, record: RawRecord, events: number) => void,
): Accept {
  return async (source, records) => {
    const answers = await accept(source, records);
    for (let i = 0; i < answers.length; i++) {
      const held = answers[i]?.records ?? 1;
      if (held > 1) charge(source, records[i] as RawRecord, held - 1);
    }
    return answers;
  };
}

/** Seconds until a debt is paid. */
const owed = (level: number, perSecond: number): number => (level > 0 ? 0 : -level / perSecond);
