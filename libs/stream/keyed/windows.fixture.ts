import type { NewRecord, Stream, StreamRecord } from '../contract.ts';
import type { SnapshotStore } from './snapshots.ts';
import type { KeyedStageConfig } from './stage.ts';

interface Reading {
  readonly source: string;
  /** Event time, seconds. */
  readonly time: number;
}

/** How many readings a source had in a window of event time; emitted when the window is over. */
export interface WindowCount {
  /** Source and window: whoever emits it again means the same. */
  readonly id: string;
  readonly count: number;
}

interface Counting {
  readonly window: number;
  readonly count: number;
}

export const windowSeconds = 50;
const sources = 7;

/** The i-th reading: every source has one a second, all in one partition of the stream or spread over them by `keys`. */
export const reading = (i: number, keys: number): NewRecord => ({
  key: `key ${i % keys}`,
  value: Buffer.from(
    JSON.stringify({ source: `source ${i % sources}`, time: Math.floor(i / sources) } satisfies Reading),
  ),
});

const readingOf = ({ value }: StreamRecord): Reading => JSON.parse(Buffer.from(value).toString());

export async function appendReadings(stream: Stream, from: number, to: number, keys: number): Promise<void> {
  for (let i = from; i < to; i += 100)
    await stream.append(Array.from({ length: Math.min(100, to - i) }, (_, k) => reading(i + k, keys)));
}

/** What the windows that are over after `total` readings hold, as anybody can count. */
export function expectedCounts(total: number): ReadonlyMap<string, number> {
  const expected = new Map<string, number>();
  const newest = Math.floor((total - 1) / sources / windowSeconds);
  for (let source = 0; source < sources; source++)
    for (let window = 0; window < newest; window++) expected.set(`source ${source} ${window}`, windowSeconds);
  return expected;
}

/** Counts per source in windows; depends on the order within a source, so a lost, doubled or swapped record shows. */
export const windowCounts = (
  stream: Stream,
  snapshots: SnapshotStore,
  onOutput: (counts: readonly WindowCount[]) => Promise<void>,
): KeyedStageConfig<Counting, WindowCount> => ({
  stream,
  group: 'windows',
  snapshots,
  snapshotEveryRecords: 150,
  repartition: true,
  keyOf: (record) => readingOf(record).source,
  initial: () => ({ window: 0, count: 0 }),
  step: (state, record, emit, source) => {
    const window = Math.floor(readingOf(record).time / windowSeconds);
    if (window === state.window) return { window, count: state.count + 1 };
    emit({ id: `${source} ${state.window}`, count: state.count });
    return { window, count: 1 };
  },
  onOutput,
});
