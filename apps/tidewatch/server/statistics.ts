import type { EventHead } from '@tidewatch/event';
import { createKeyedStage, type KeyedStage, type SnapshotStore, type Stream } from '@tidewatch/stream';
import { headOf, isDerived } from '@tidewatch/window';

/** What is known of one source. Counts are exact across crashes: the state moves with the stream's position. */
export interface SourceState {
  events: number;
  dataset: string;
  dataClass: string;
  /** Newest event time and ingestion time, epoch milliseconds. */
  lastEvent: number;
  lastIngested: number;
  /** Events by minute of ingestion (epoch minutes), the last few. */
  minutes: Record<number, number>;
}

const minute = 60_000;
/** Minutes the rate is a mean over, and so the minutes kept. */
const rateMinutes = 5;

/** Follows the events stream and keeps the statistics of each source (decision record 6). */
export const startSourceStatistics = (
  events: Stream,
  snapshots: SnapshotStore,
): Promise<KeyedStage<SourceState>> =>
  createKeyedStage<SourceState>({
    stream: events,
    group: 'source-statistics',
    keyOf: (record) => (isDerived(record) || headOf(record) === undefined ? undefined : record.key),
    initial: () => ({ events: 0, dataset: '', dataClass: '', lastEvent: 0, lastIngested: 0, minutes: {} }),
    step: (state, record) => {
      const { time, ingested, dataset, dataClass } = headOf(record) as EventHead;
      state.events++;
      state.dataset = dataset;
      state.dataClass = dataClass;
      state.lastIngested = Math.max(state.lastIngested, ingested);
      state.lastEvent = Math.max(state.lastEvent, time);
      countMinute(state.minutes, Math.floor(ingested / minute));
      return state;
    },
    snapshots,
  });

function countMinute(minutes: Record<number, number>, now: number): void {
  if (minutes[now] === undefined)
    for (const at of Object.keys(minutes)) if (Number(at) < now - rateMinutes) delete minutes[Number(at)];
  minutes[now] = (minutes[now] ?? 0) + 1;
}

/** Mean events per minute over the last full minutes and the present one. */
export function perMinute(state: SourceState, now: number): number {
  const present = Math.floor(now / minute);
  let sum = 0;
  for (const [at, count] of Object.entries(state.minutes))
    if (Number(at) > present - rateMinutes) sum += count;
  return sum / rateMinutes;
}
