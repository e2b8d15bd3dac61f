import type { Findings } from '@tidewatch/event';
import {
  createWatermark,
  type Watermark,
  type WatermarkConfig,
  type WatermarkState,
} from '@tidewatch/window';
import type { InstanceState } from './instance.ts';
import { createLane, type Lane } from './lane.ts';
import type { CorrelationPlan } from './plan.ts';
import { fits, type Stretch } from './stretch.ts';

export interface CorrelatorConfig extends WatermarkConfig {
  /** So many events are kept at most; beyond that the groups that were touched longest ago are given up. */
  readonly maxEvents: number;
  /** What is due is judged for so long with each stretch, milliseconds; what is left with the next. */
  readonly sliceMs: number;
}

/** What taking a stretch did. */
export interface Correlated {
  readonly findings: readonly Findings[];
  /** Matches that came too late to be correlated. */
  readonly late: number;
  /** Lines that are not as a plan in force has them. */
  readonly unfit: number;
  /** Events that were given up, since there were too many. */
  readonly evicted: number;
}

/**
 * Correlates the matches of some groups, in event time. What it finds in the end depends on the matches alone, in
 * whatever order they come within the allowed lateness; taking a stretch again changes nothing.
 *
 * A source that is behind, as when old logs are read in, has a clock of its own: its events are correlated among
 * themselves until it has caught up.
 */
export interface Correlator {
  /** The plans in force. State of a plan that is not among them is given up; the rest stays. */
  plan(plans: readonly CorrelationPlan[]): void;
  take(stretch: Stretch): Correlated;
  readonly watermark: Watermark;
  /** Events and groups that are kept. */
  size(): { readonly events: number; readonly groups: number };
  /** JSON of everything it holds, in pieces. */
  parts(): Iterable<CorrelatorPart>;
}

/** The clock of a source that is behind. Times are epoch milliseconds. */
interface Behind {
  readonly lane: Lane;
  /** The time of what it began with. */
  readonly since: number;
  newest: number;
  /** How far the other sources were when it last had something. */
  seen: number;
}

export type CorrelatorPart =
  | {
      readonly version: 2;
      readonly watermark: WatermarkState;
      readonly complete: number | null;
      readonly offsets: readonly (readonly [partition: number, next: number])[];
      readonly classes: readonly string[];
      readonly behind: readonly (readonly [
        source: string,
        complete: number,
        since: number,
        newest: number,
        seen: number,
      ])[];
    }
  /** Without a source it goes by the time of all. */
  | (InstanceState & { readonly source: string | null });

/** So many sources are followed that are behind; of more, what comes too late is only counted. */
const mostBehind = 100;

/** @param saved what `parts` of an earlier one gave, read back from JSON */
export function createCorrelator(
  config: CorrelatorConfig,
  plans: readonly CorrelationPlan[],
  saved: readonly CorrelatorPart[] = [],
): Correlator {
  const head = saved.find((part) => 'version' in part);
  const watermark = createWatermark(config, head?.watermark);
  const offsets = new Map<number, number>(head?.offsets);
  const classes: string[] = [...(head?.classes ?? [])];
  const classOf = (number: number): string => classes[number] ?? '';
  let byKey = new Map(plans.map((each) => [each.key, each]));
  const main = createLane(classOf, config.sliceMs, '', head?.complete ?? Number.NEGATIVE_INFINITY);
  const behind = new Map<string, Behind>(
    head?.behind.map(([source, complete, since, newest, seen]) => [
      source,
      { lane: createLane(classOf, config.sliceMs, markOf(source, since), complete), since, newest, seen },
    ]),
  );
  const lanes = (): Lane[] => [main, ...[...behind.values()].map(({ lane }) => lane)];

  for (const part of saved) {
    if ('version' in part) continue;
    const plan = byKey.get(part.plan);
    const lane = part.source === null ? main : behind.get(part.source)?.lane;
    if (plan !== undefined) lane?.restore(plan, part);
  }

  function numberOf(name: string): number {
    const known = classes.indexOf(name);
    return known === -1 ? classes.push(name) - 1 : known;
  }

  /** The lane that a time of a source belongs to; undefined where it comes too late. */
  function laneFor(source: string, time: number): Lane | undefined {
    if (time >= main.complete) return main;
    let own = behind.get(source);
    if (own === undefined) {
      if (behind.size >= mostBehind) return undefined;
      own = {
        lane: createLane(classOf, config.sliceMs, markOf(source, time)),
        since: time,
        newest: time,
        seen: main.complete,
      };
      behind.set(source, own);
    }
    if (time < own.lane.complete) return undefined;
    own.newest = Math.max(own.newest, time);
    own.seen = main.complete;
    return own.lane;
  }

  /** Puts the matches where they belong; gives how many came too late, and how many fit no plan. */
  function insertAll(
    { matches, plans: keys, classes: names, origins }: Stretch,
    from: number,
  ): Pick<Correlated, 'late' | 'unfit'> {
    const numbers = names.map(numberOf);
    let late = 0;
    let unfit = 0;
    for (const line of matches) {
      const [key, node, input, group, offset, time, id, dataClass, value, origin] = line;
      if (offset < from) continue;
      const plan = byKey.get(keys[key] as string);
      if (plan === undefined || !fits(plan, line)) {
        unfit++;
        continue;
      }
      const lane = laneFor(origins[origin] ?? '', time);
      if (lane === undefined) late++;
      else lane.insert(plan, node, group, { time, id, input, dataClass: numbers[dataClass] ?? 0, value });
    }
    return { late, unfit };
  }

  function advance(say: (findings: readonly Findings[]) => void): void {
    main.advance(watermark.complete() ?? Number.NEGATIVE_INFINITY, say);
    for (const [source, { lane, newest, seen }] of behind) {
      // The others have gone on without it for so long that no more of it is expected.
      const over = main.complete - seen > config.allowedLatenessMs;
      lane.advance(over ? Number.MAX_SAFE_INTEGER : newest - config.allowedLatenessMs, say);
      if (over && lane.groups === 0) behind.delete(source);
    }
  }

  return {
    watermark,

    plan(next) {
      byKey = new Map(next.map((each) => [each.key, each]));
      for (const lane of lanes()) lane.keepPlans((key) => byKey.has(key));
    },

    take(stretch) {
      const { partition, to, sources, idle } = stretch;
      const from = offsets.get(partition) ?? 0;
      const findings: Findings[] = [];
      if (to <= from) return { findings, late: 0, unfit: 0, evicted: 0 };
      const say = (said: readonly Findings[]): void => {
        findings.push(...said);
      };
      const { late, unfit } = insertAll(stretch, from);
      for (const [source, time, ingested] of sources)
        watermark.observe({ source, partition, time, ingested });
      for (const [source, at] of idle) watermark.idle({ source, partition }, at);
      const all = lanes();
      advance(say);
      // What is behind takes no more than half.
      let room = config.maxEvents / 2;
      for (const { lane } of behind.values()) {
        lane.giveUp(room, say);
        room -= lane.events;
      }
      main.giveUp(config.maxEvents / 2 + room, say);
      offsets.set(partition, to);
      return { findings, late, unfit, evicted: all.reduce((sum, lane) => sum + lane.takeEvicted(), 0) };
    },

    size: () => ({
      events: lanes().reduce((sum, { events }) => sum + events, 0),
      groups: lanes().reduce((sum, { groups }) => sum + groups, 0),
    }),

    *parts() {
      yield {
        version: 2,
        watermark: watermark.toJSON(),
        complete: Number.isFinite(main.complete) ? main.complete : null,
        offsets: [...offsets],
        classes,
        behind: [...behind].map(([source, { lane, since, newest, seen }]) => [
          source,
          lane.complete,
          since,
          newest,
          seen,
        ]),
      };
      for (const state of main.states()) yield { ...state, source: null };
      for (const [source, { lane }] of behind) for (const state of lane.states()) yield { ...state, source };
    },
  };
}

const markOf = (source: string, since: number): string => `${source} ${since}`;
