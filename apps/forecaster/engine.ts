import { setImmediate } from 'node:timers/promises';
import type { Detail, Figures } from './figures.ts';
import type { Kept } from './keeper.ts';
import { createPolls, type PollTarget } from './polls.ts';
import type { PrometheusPlace } from './prometheus.ts';
import { createSeries, type Series } from './series.ts';
import { counted, type Labels, type Measured, seriesName, type Target } from './targets.ts';

const day = 86_400;
/** Older values are learnt from, but not watched: two weeks are all that a weekly season needs. Seconds. */
const watched = 15 * day;
/** Characters of a series' name; longer ones are left out. */
const longestName = 500;

export interface EngineConfig {
  readonly targets: readonly Target[];
  readonly prometheus?: PrometheusPlace;
  readonly maxSeries: number;
}

export interface EngineEvents {
  readonly log: (level: 'info' | 'warn', fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly fitted: (outcome: 'ok' | 'too_short' | 'failed', method: string, seconds: number) => void;
  readonly queried: (outcome: 'ok' | 'empty' | 'failed') => void;
}

/** What there is to tell of all series at a moment. */
export interface Overview {
  readonly series: readonly Figures[];
  /** Series that were there at the last overview, and are no more. */
  readonly gone: readonly string[];
  readonly leftOut: number;
  readonly maxSeries: number;
  /** Targets without a series, with what they wait for; and those whose last question failed, with why. */
  readonly targets: readonly { readonly name: string; readonly series: number; readonly fault?: string }[];
  /** Why Prometheus gave no answer at last; absent where it did, and where there is none. */
  readonly away?: string;
}

/** All series of a process: takes values, asks for others, forecasts, keeps. Of each call one at a time. */
export interface Engine {
  /** Takes what Tidewatch measured of itself at a time, epoch seconds. */
  readonly take: (time: number, measured: readonly Measured[]) => void;
  /** Asks Prometheus for what is new. */
  readonly poll: (now: number) => Promise<void>;
  /** Makes the forecasts that are due, and lets others have the thread between them. */
  readonly refit: (now: number) => Promise<void>;
  /** Writes the values since the last time to the journal, and once an hour all to their files. */
  readonly keep: (now: number) => Promise<void>;
  /** Takes what is off of a series for its new level; false where nothing is, undefined where no series has that name. */
  readonly acknowledge: (name: string) => boolean | undefined;
  readonly overview: (now: number) => Overview;
  /** Undefined where no series has that name. */
  readonly detail: (name: string, from: number, now: number, points: number) => Detail | undefined;
  /** Writes down what came last. */
  readonly close: () => Promise<void>;
}

/**
 * Goes on with what is kept.
 *
 * @param ending aborted where nothing more is to be begun; what it says is of no worth from then on, save what it keeps
 */
export async function createEngine(
  config: EngineConfig,
  kept: Kept,
  events: EngineEvents,
  ending?: AbortSignal,
): Promise<Engine> {
  const targets = new Map(config.targets.map((target) => [target.name, target]));
  const all = new Map<string, Series>();
  /** Steps that a series' target was answered without it. */
  const missing = new Map<string, number>();
  const leftOut = new Map<string, Set<string>>();
  let gone: string[] = [];

  for (const one of await kept.load()) {
    const target = targets.get(one.target);
    if (target === undefined || one.head.step !== target.step || !roomFor(target)) continue;
    const series = createSeries(target, one.labels, quietDays(), one);
    all.set(series.name, series);
    if (ending?.aborted) break;
    // One whose seasons or clocks changed sees its past again.
    await setImmediate();
  }
  for (const { name, step, value } of kept.journalled()) all.get(name)?.take(step, value);

  /** The more series, the rarer each may be wrong: together it is once in two days. */
  function quietDays(): number {
    return Math.max(200, 2 * all.size);
  }

  function roomFor(target: Target): boolean {
    let own = 0;
    for (const series of all.values()) if (series.target.name === target.name) own++;
    return all.size < config.maxSeries && own < target.maxSeries;
  }

  function seriesOf(target: Target, labels: Labels): Series | undefined {
    const name = seriesName(target.name, labels);
    const known = all.get(name);
    if (known !== undefined) return known;
    const out = leftOut.get(target.name) ?? new Set();
    leftOut.set(target.name, out);
    if (name.length > longestName || !roomFor(target)) {
      // Counted up to a bound: a query may answer any number.
      if (out.size < 100_000) out.add(name.slice(0, longestName));
      return undefined;
    }
    out.delete(name);
    const series = createSeries(target, labels, quietDays());
    all.set(name, series);
    return series;
  }

  /** Those that a target was answered without for a day are given up. */
  function retire(target: Target, present: ReadonlySet<string>, steps: number): void {
    for (const series of all.values()) {
      if (series.target.name !== target.name) continue;
      const without = present.has(series.name) ? 0 : (missing.get(series.name) ?? 0) + steps;
      missing.set(series.name, without);
      if (without * target.step < day) continue;
      all.delete(series.name);
      missing.delete(series.name);
      gone.push(series.name);
      kept.forget(series.name);
      events.log('info', { series: series.name }, 'A series ended, and is not forecast any more');
    }
  }

  const polls = createPolls({
    place: config.prometheus,
    targets: config.targets.filter((target): target is PollTarget => 'promql' in target.from),
    newest: ({ name }) =>
      Math.max(-1, ...[...all.values()].map((one) => (one.target.name === name ? one.last() : -1))),
    async answered(target, answer, { steps, now }) {
      leftOut.get(target.name)?.clear();
      const present = new Set<string>();
      for (const { labels, values } of answer) {
        if (values.length === 0) continue;
        const series = seriesOf(target, labels);
        if (series === undefined) continue;
        present.add(series.name);
        for (const [step, value] of values)
          series.take(step, value, { watch: now - step * target.step < watched });
        // To see weeks of a series takes a while.
        await setImmediate();
      }
      retire(target, present, steps);
    },
    events,
  });

  return {
    take(time, measured) {
      for (const { target: name, rows } of measured) {
        const target = targets.get(name);
        if (target === undefined || !('series' in target.from)) continue;
        const step = Math.floor(time / target.step);
        const put = (series: Series, value: number, limit?: number): void => {
          // What Prometheus said it says again; this nobody knows.
          if (series.take(step, value, { limit })) kept.note({ name: series.name, step, value });
        };
        leftOut.get(name)?.clear();
        const present = new Set<string>();
        for (const { labels, value, limit } of rows) {
          const series = seriesOf(target, labels);
          if (series === undefined) continue;
          put(series, value, limit);
          present.add(series.name);
        }
        if (counted.includes(target.from.series))
          for (const series of all.values())
            if (series.target.name === name && !present.has(series.name)) put(series, 0);
        retire(target, present, 1);
      }
    },
    poll: polls.poll,
    async refit(now) {
      for (const series of [...all.values()]) {
        if (ending?.aborted) return;
        if (!series.fitDue(now)) continue;
        const started = performance.now();
        try {
          const made = series.refit(now);
          const seconds = (performance.now() - started) / 1_000;
          events.fitted(made === undefined ? 'too_short' : 'ok', made?.method ?? 'level', seconds);
        } catch (error) {
          events.fitted('failed', 'level', (performance.now() - started) / 1_000);
          events.log('warn', { series: series.name, reason: (error as Error).message }, 'A forecast failed');
        }
        await setImmediate();
      }
    },
    keep: (now) => kept.keep(now, all),
    acknowledge(name) {
      const taken = all.get(name)?.acknowledge();
      if (taken) kept.renew(name);
      return taken;
    },
    overview(now) {
      const ended = gone;
      gone = [];
      const named = [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const series = named.map((one) => one.figures(now));
      return {
        series,
        gone: ended,
        leftOut: [...leftOut.values()].reduce((sum, names) => sum + names.size, 0),
        maxSeries: config.maxSeries,
        targets: config.targets.map(({ name }) => {
          const fault = polls.faults.get(name);
          return {
            ...{ name, series: series.filter(({ target }) => target === name).length },
            ...(fault !== undefined && { fault }),
          };
        }),
        ...polls.away(),
      };
    },
    detail: (name, from, now, points) => all.get(name)?.detail(from, now, points),
    close: () => kept.close(all),
  };
}
