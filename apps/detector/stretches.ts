import type { Stretch } from '@tidewatch/sigma';
import type { Batch, NewRecord, Stream } from '@tidewatch/stream';
import type { Logger } from '@tidewatch/telemetry';
import { eventTime, headOf, idleSince, isDerived, isIdleMark } from '@tidewatch/window';
import { encodeStretch, shardKey } from './correlation.ts';
import type { Fed } from './protocol.ts';

/** How long event time may stand still for correlations while nothing matches: not every batch is worth a record. */
const markAfterMs = 1_000;

/** Tells the shards how far the events stream was looked at, and what was found. */
export interface Stretches {
  /** Resolves when what the batch means for correlations is in their stream; what only moves time on may wait. */
  pass(batch: Batch, fed: Fed): Promise<void>;
  /** Sends what waits. */
  flush(): Promise<void>;
}

interface Head {
  readonly to: number;
  readonly sources: ReadonlyMap<string, readonly [newest: number, ingested: number]>;
  readonly idle: ReadonlyMap<string, number>;
}

export function createStretches(matches: Stream, shards: number, log: Logger): Stretches {
  const waiting = new Map<number, Head>();
  let timer: NodeJS.Timeout | undefined;

  function records(partition: number, head: Head, fed: readonly string[]): NewRecord[] {
    const { to } = head;
    const sources = [...head.sources].map(([source, times]): Stretch['sources'][number] => [
      source,
      ...times,
    ]);
    const stretch = { partition, to, sources, idle: [...head.idle] };
    return Array.from({ length: shards }, (_, shard) => ({
      key: shardKey(shard),
      value: encodeStretch(stretch, fed[shard] ?? ''),
    }));
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = [...waiting].flatMap(([partition, head]) => records(partition, head, []));
    waiting.clear();
    // Should it fail, time moves on with the next batch.
    if (batch.length > 0) await matches.append(batch);
  }

  return {
    async pass(batch, { shards: fed }) {
      const { partition } = batch;
      const head = noted(waiting.get(partition), batch);
      if (fed.some((lines) => lines !== '')) {
        // Nothing may say that this batch was looked at but the record that has its matches.
        waiting.delete(partition);
        await matches.append(records(partition, head, fed));
      } else {
        waiting.set(partition, head);
        timer ??= setTimeout(() => {
          flush().catch((error: Error) =>
            log.warn({ reason: error.message }, 'Event time could not be passed on'),
          );
        }, markAfterMs);
      }
    },
    flush,
  };
}

/** What is known of event time with what a batch says about it. */
function noted(before: Head | undefined, { records }: Batch): Head {
  const sources = new Map(before?.sources);
  const idle = new Map(before?.idle);
  let to = before?.to ?? 0;
  for (const record of records) {
    to = record.position.offset + 1;
    if (isIdleMark(record)) {
      idle.set(record.key, idleSince(record));
      continue;
    }
    const event = isDerived(record) ? undefined : headOf(record);
    if (event === undefined) continue;
    const { time } = eventTime({ timestamp: event.time, ingested: event.ingested });
    const [newest, ingested] = sources.get(record.key) ?? [time, event.ingested];
    sources.set(record.key, [Math.max(newest, time), Math.max(ingested, event.ingested)]);
  }
  return { to, sources, idle };
}
