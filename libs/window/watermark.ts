/** One sequence of events that has a clock of its own. */
export interface SourcePartition {
  readonly source: string;
  readonly partition: number;
}

export interface Observation extends SourcePartition {
  /** Event time, as {@link eventTime} gives it. */
  readonly time: number;
  /** When it was ingested, epoch milliseconds: the record's own, never the clock, so that a replay agrees. */
  readonly ingested: number;
}

export interface WatermarkConfig {
  /** How much earlier than the newest event of its source an event may be, and still be on time. */
  readonly allowedLatenessMs: number;
  /** A source without events for so long is to be declared idle. */
  readonly idleAfterMs: number;
}

/** JSON of a watermark, for a stage's snapshot. */
export interface WatermarkState {
  readonly version: 1;
  readonly watermark: number | null;
  readonly sources: readonly (readonly [source: string, partition: number, newest: number, seen: number])[];
  readonly late: readonly (readonly [source: string, count: number])[];
}

/**
 * Tells how far event time has come. Each source and partition has its newest event time; the smallest of them is the
 * watermark, which never goes back. A pure function of what it was told: replaying the same records gives the same.
 */
export interface Watermark {
  /** Takes an event into account. Late: before {@link Watermark.complete}, so its window may be final already. */
  observe(observation: Observation): 'on_time' | 'late';
  /**
   * A record in the stream says that this source is quiet: up to `at` (epoch milliseconds) nothing of it is expected, and
   * it holds nobody up until its next event. When all are idle the watermark is the newest `at`.
   */
  idle(source: SourcePartition, at: number): void;
  /** The sources to declare idle at `now` (epoch milliseconds), by a record that {@link Watermark.idle} is told of on reading. */
  dueIdle(now: number): SourcePartition[];
  /** Smallest of the sources' newest event times; undefined before the first event. */
  current(): number | undefined;
  /** Every window that ends at or before this is complete: what comes for it now is late. */
  complete(): number | undefined;
  /** Late events so far, by source. */
  late(): ReadonlyMap<string, number>;
  toJSON(): WatermarkState;
}

interface Clock extends SourcePartition {
  newest: number;
  seen: number;
}

const nameOf = ({ source, partition }: SourcePartition): string => `${partition} ${source}`;

/** @param state what `toJSON` of an earlier one gave */
export function createWatermark(config: WatermarkConfig, state?: WatermarkState): Watermark {
  const clocks = new Map<string, Clock>();
  const late = new Map<string, number>(state?.late);
  let watermark = state?.watermark ?? Number.NEGATIVE_INFINITY;
  // The source that holds the watermark, so that most events need no look at the others.
  let slowest: Clock | undefined;
  for (const [source, partition, newest, seen] of state?.sources ?? [])
    clocks.set(nameOf({ source, partition }), { source, partition, newest, seen });

  function advance(): void {
    slowest = undefined;
    for (const clock of clocks.values())
      if (slowest === undefined || clock.newest < slowest.newest) slowest = clock;
    if (slowest !== undefined) watermark = Math.max(watermark, slowest.newest);
  }

  const known = (time: number): number | undefined => (time === Number.NEGATIVE_INFINITY ? undefined : time);
  advance();

  return {
    observe({ source, partition, time, ingested }) {
      const isLate = time < watermark - config.allowedLatenessMs;
      if (isLate) late.set(source, (late.get(source) ?? 0) + 1);
      const name = nameOf({ source, partition });
      const clock = clocks.get(name);
      if (clock === undefined) {
        clocks.set(name, { source, partition, newest: time, seen: ingested });
        advance();
      } else {
        clock.seen = Math.max(clock.seen, ingested);
        if (time > clock.newest) {
          clock.newest = time;
          if (clock === slowest) advance();
        }
      }
      return isLate ? 'late' : 'on_time';
    },

    idle(source, at) {
      const clock = clocks.get(nameOf(source));
      // It has spoken since the declaration was written.
      if (clock === undefined || clock.seen > at) return;
      clocks.delete(nameOf(source));
      if (clocks.size === 0) watermark = Math.max(watermark, at);
      advance();
    },

    dueIdle(now) {
      const due: SourcePartition[] = [];
      for (const { source, partition, seen } of clocks.values())
        if (now - seen >= config.idleAfterMs) due.push({ source, partition });
      return due;
    },

    current: () => known(watermark),
    complete: () => known(watermark - config.allowedLatenessMs),
    late: () => late,
    toJSON: () => ({
      version: 1,
      watermark: known(watermark) ?? null,
      sources: [...clocks.values()].map(({ source, partition, newest, seen }) => [
        source,
        partition,
        newest,
        seen,
      ]),
      late: [...late],
    }),
  };
}
