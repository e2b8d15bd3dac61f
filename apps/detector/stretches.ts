import type { Stretch } from '@tidewatch/sigma';
import type { Batch, NewRecord, Stream } from '@tidewatch/stream';
import type { Logger } from '@tidewatch/telemetry';
import { eventTime, headOf, idleSince, isIdleMark } from '@tidewatch/window';
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

type Head = {
  to: number;
  readonly sources: Map<string, [newest: number, ingested: number]>;
  idle: Map<string, number>;
};

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
    if (batch.length > 0) await matches.append(batch);
  }

  return {
    async pass(batch, { shards: fed }) {
      const { partition } = batch;
      const head = waiting.get(partition) ?? { to: 0, sources: new Map(), idle: new Map() };
      note(head, batch);
      if (fed.some((lines) => lines !== '')) {
        // Before it is handed over: should that fail, the batch comes again.
        waiting.set(partition, head);
        await matches.append(records(partition, head, fed));
        waiting.delete(partition);
      } else {
        waiting.set(partition, head);
        // Should it fail, time moves on with the next batch.
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

/** What a batch says about event time. */
function note(head: Head, { records }: Batch): void {
  for (const record of records) {
    head.to = record.position.offset + 1;
    if (isIdleMark(record)) {
      head.idle.set(record.key, idleSince(record));
      continue;
    }
    const event = headOf(record);
    if (event === undefined) continue;
    const { time } = eventTime({ timestamp: event.time, ingested: event.ingested });
    const known = head.sources.get(record.key);
    if (known === undefined) head.sources.set(record.key, [time, event.ingested]);
    else {
      known[0] = Math.max(known[0], time);
      known[1] = Math.max(known[1], event.ingested);
    }
  }
}
