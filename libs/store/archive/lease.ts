import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Bucket } from './bucket.ts';
import { parsed } from './manifest.ts';

const key = 'exporter';
/** Three of the rounds in which partitions are exported. */
const leaseMs = 30 * 60_000;
const schema = z.strictObject({ by: z.string(), until: z.int() });

/**
 * Says which of the processes with one archive exports to it and deletes from it. It stands in the bucket, which has no
 * locks: two that take it in the same moment both have it until they ask again, so ask before anything is written.
 */
export interface Lease {
  /** Whether this process has it, for half an hour from now on. @throws ARCHIVE_UNREACHABLE */
  hold(): Promise<boolean>;
  /** As `hold`, but asks the bucket only when half of the time is over. */
  stillHeld(): Promise<boolean>;
  /** Leaves it to others. */
  release(): Promise<void>;
}

export function createLease(bucket: Bucket): Lease {
  const me: string = randomUUID();
  let heldUntil = 0;

  async function holder(): Promise<string | undefined> {
    const lease = schema.safeParse(parsed(await bucket.read(key))).data;
    return lease !== undefined && lease.until > Date.now() ? lease.by : undefined;
  }

  async function hold(): Promise<boolean> {
    heldUntil = 0;
    if (![undefined, me].includes(await holder())) return false;
    const until = Date.now() + leaseMs;
    await bucket.write(key, JSON.stringify({ by: me, until }));
    heldUntil = until;
    return true;
  }

  return {
    hold,
    stillHeld: async () => heldUntil - Date.now() > leaseMs / 2 || hold(),
    async release() {
      if (heldUntil > 0 && (await holder()) === me) await bucket.delete(key);
      heldUntil = 0;
    },
  };
}
