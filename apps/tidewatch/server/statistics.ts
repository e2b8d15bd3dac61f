import { decodeDeadLetter, decodeEvent } from '@tidewatch/ingest';
import { createKeyedStage, type KeyedStage, type SnapshotStore, type Stream } from '@tidewatch/stream';

/** What is known of one source. Counts are exact across crashes: the state moves with the stream's position. */
export interface SourceState {
  readonly events: number;
  readonly dataset: string;
  readonly dataClass: string;
  /** Newest event time and ingestion time, epoch milliseconds. */
  readonly lastEvent: number;
  readonly lastIngested: number;
  /** Events by minute of ingestion (epoch minutes), the last few. */
  readonly minutes: Readonly<Record<number, number>>;
}

/** Dead letters of one source, by reason. */
export type FailureState = Readonly<Record<string, number>>;

const minute = 60_000;
/** Minutes the rate is a mean over, and so the minutes kept. */
export const rateMinutes = 5;

/** Follows the events stream and keeps the statistics of each source (decision record 6). */
export const startSourceStatistics = (
  events: Stream,
  snapshots: SnapshotStore,
): Promise<KeyedStage<SourceState>> =>
  createKeyedStage<SourceState>({
    stream: events,
    group: 'source-statistics',
    keyOf: (record) => record.key,
    initial: () => ({ events: 0, dataset: '', dataClass: '', lastEvent: 0, lastIngested: 0, minutes: {} }),
    step: (state, record) => {
      const event = decodeEvent(record);
      const lastIngested = Math.max(state.lastIngested, Date.parse(event.event.ingested));
      const lastEvent = Math.max(state.lastEvent, Date.parse(event['@timestamp']));
      return {
        events: state.events + 1,
        dataset: event.event.dataset,
        dataClass: event.tidewatch.data_class,
        lastEvent,
        lastIngested,
        minutes: countMinute(state.minutes, Math.floor(Date.parse(event.event.ingested) / minute)),
      };
    },
    snapshots,
  });

/** Follows the dead letters and counts them by source and reason. */
export const startFailureStatistics = (
  letters: Stream,
  snapshots: SnapshotStore,
): Promise<KeyedStage<FailureState>> =>
  createKeyedStage<FailureState>({
    stream: letters,
    group: 'failure-statistics',
    keyOf: (record) => record.key,
    initial: () => ({}),
    step: (state, record) => {
      const { reason } = decodeDeadLetter(record);
      return { ...state, [reason]: (state[reason] ?? 0) + 1 };
    },
    snapshots,
  });

function countMinute(minutes: SourceState['minutes'], now: number): SourceState['minutes'] {
  if (minutes[now] !== undefined) return { ...minutes, [now]: minutes[now] + 1 };
  const recent = Object.entries(minutes).filter(([at]) => Number(at) >= now - rateMinutes);
  return { ...Object.fromEntries(recent), [now]: 1 };
}

/** Mean events per minute over the last full minutes and the present one. */
export function perMinute(state: SourceState, now: number): number {
  const present = Math.floor(now / minute);
  let sum = 0;
  for (const [at, count] of Object.entries(state.minutes))
    if (Number(at) > present - rateMinutes) sum += count;
  return sum / rateMinutes;
}
