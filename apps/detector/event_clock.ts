import type { AlertStore } from '@tidewatch/store';
import { createKeyedStage, type SnapshotStore, type Stream, type StreamRecord } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import {
  createWatermark,
  eventTime,
  headOf,
  idleMark,
  idleSince,
  isIdleMark,
  type Watermark,
  type WatermarkState,
} from '@tidewatch/window';

export interface EventClockDeps {
  readonly events: Stream;
  readonly alerts: AlertStore;
  readonly snapshots: SnapshotStore;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** How far event time has come, over all sources. */
export interface EventClock {
  /** Every window that ends at or before this (epoch ms) is complete; undefined before the first event. */
  complete(): number | undefined;
  /** Resolves when everything appended before the call was taken into account. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const config = { allowedLatenessMs: 5 * 60_000, idleAfterMs: 2 * 60_000 };
const tickMs = 15_000;
/** All sources share one watermark, and so one state. */
const everything = 'all';

/**
 * Follows event time on the stream: declares quiet sources idle, counts what is late, and confirms the alerts whose
 * bucket the watermark has passed.
 */
export async function startEventClock(deps: EventClockDeps): Promise<EventClock> {
  const { events, alerts, metrics, log } = deps;
  const stage = await createKeyedStage<Watermark>({
    stream: events,
    group: 'event-time',
    repartition: true,
    keyOf: () => everything,
    initial: () => createWatermark(config),
    restore: (json) => createWatermark(config, json as WatermarkState),
    step: (watermark, record) => {
      if (follow(watermark, record) === 'late')
        metrics.count('detection_late_events_total', { engine: 'sigma' });
      return watermark;
    },
    snapshots: deps.snapshots,
    log,
  });
  const watermark = () => stage.get(everything);

  async function tick(): Promise<void> {
    const now = Date.now();
    const quiet = watermark()?.dueIdle(now) ?? [];
    if (quiet.length > 0) await events.append(quiet.map(({ source }) => idleMark(source, now)));
    const complete = watermark()?.complete();
    if (complete !== undefined) await alerts.confirmUpTo(complete);
  }
  let ticking = Promise.resolve();
  const timer = setInterval(() => {
    ticking = tick().catch((error: Error) =>
      log.warn({ reason: error.message }, 'Event time could not be advanced; trying again'),
    );
  }, tickMs);

  return {
    complete: () => watermark()?.complete(),
    drain: () => stage.drain(),
    async close() {
      clearInterval(timer);
      await ticking;
      await stage.close();
    },
  };
}

function follow(watermark: Watermark, record: StreamRecord): 'on_time' | 'late' | 'no_time' {
  const { partition } = record.position;
  if (isIdleMark(record)) {
    watermark.idle({ source: record.key, partition }, idleSince(record));
    return 'no_time';
  }
  const head = headOf(record);
  if (head === undefined) return 'no_time';
  const { ingested } = head;
  const { time } = eventTime({ timestamp: head.time, ingested });
  return watermark.observe({ source: record.key, partition, time, ingested });
}
