import { bucketStart, type EcsEvent } from '@tidewatch/event';
import type { Anomaly } from '@tidewatch/forest';
import {
  bucketOf,
  type Definition,
  type FeatureDefinition,
  learningOf,
  ungraded,
  versionOf,
} from './definition.ts';
import { type Entity, entitiesOf, keyOf, seedOf } from './entity.ts';
import { createFeatures, defaultRemember, predicateOf, type Unseen } from './features.ts';
import type { Forests } from './forests.ts';
import type { Kept } from './kept.ts';
import type { Tolerance } from './normal.ts';
import { type Found, type Result, suppressedBy, withResult } from './result.ts';
import { createOwning, type Part } from './sharing.ts';
import type { WatchState } from './watch_state.ts';

/** Something odd; with what its alert says by now, where it is one. */
export interface Finding {
  readonly result: Result;
  readonly found?: Found;
}

/** One detector's entities: what is counted of their intervals, and what their forests say when these are over. */
export interface Watch {
  readonly definition: Definition;
  /** @param time event time @param made its data class where that is made up */
  take(event: EcsEvent, time: number, made: string | undefined): void;
  /**
   * Event time has come so far: intervals that are over are told to the forests, as many of them as are asked for; those of
   * entities that had events first. Yields for each what was found in it. @param ingested see {@link Result}
   */
  advance(time: number, ingested: number): Iterable<Finding | undefined>;
  /** Writes what has changed since. */
  write(): void;
  forget(entities: ReadonlySet<number>): void;
  state(): WatchState;
}

interface Facts {
  readonly version: string;
  since: number;
  events: number;
  newest: number | null;
  late: number;
  leftOut: number;
  results: number;
  alerts: number;
  /** Files of before lack it. */
  lastResult?: number;
}

/** So many make room at once: to find them among 20,000 and to delete them takes the thread some 100 ms. */
const atOnce = 256;

/**
 * Goes on where the file says that the detector was; anew where it is another by now.
 *
 * @param of.tolerances what is normal of its entities @param of.part those that it looks at
 * @param now epoch ms
 */
export function createWatch(
  definition: Definition,
  { tolerances, part }: { readonly tolerances: readonly Tolerance[]; readonly part: Part },
  kept: Kept,
  forests: Forests,
  now: number,
): Watch {
  const { id, by, interval, delay, idle_after: idleAfter, max_entities: mostEntities } = definition;
  const version = versionOf(definition);
  const keys = by.map((path) => path.split('.'));
  const fits = predicateOf(definition.filter);
  const features = createFeatures(definition.features);
  const bucketMs = bucketOf(definition);
  const learning = learningOf(definition);
  const unknown = ungraded(definition);
  const owns = createOwning(id, part);
  const name = `detector ${id}`;
  const before = kept.read(name);
  let facts = before === undefined ? undefined : (JSON.parse(before) as Facts);
  if (facts?.version !== version) {
    for (const entity of kept.forget({ detector: id })) forests.putAside(entity);
    facts = { version, since: now, events: 0, newest: null, late: 0, leftOut: 0, results: 0, alerts: 0 };
  }
  const known: Facts = facts;
  const active = new Map<string, Entity>(kept.active(id, features));
  const changed = new Set<string>();
  let count = kept.known(id);
  let isChanged = true;
  /** The first interval that is not over. */
  let open = Number.NEGATIVE_INFINITY;

  function entityFor(
    key: string,
    values: readonly string[],
    event: EcsEvent,
    at: number,
  ): Entity | undefined {
    const present = active.get(key);
    if (present !== undefined) return present;
    const rested = kept.entity(id, key, features);
    if (rested === undefined && count >= mostEntities && !makeRoom()) return undefined;
    const entity: Entity = rested ?? {
      ...{ id: kept.newId(), values, dataClass: event.tidewatch.data_class },
      ...{ next: at, seen: 0, empty: 0, newest: 0, previous: [], open: new Map() },
      ...{ found: undefined, noted: 0 },
    };
    if (rested === undefined) count++;
    entity.next = at;
    entity.empty = 0;
    active.set(key, entity);
    return entity;
  }

  /** An address that came once would take the place of one that comes tomorrow, for as long as its events are kept. */
  function makeRoom(): boolean {
    const most = Math.min(atOnce, Math.ceil(mostEntities / 16));
    count -= kept.makeRoom(id, most, unknown + 1).length;
    return count < mostEntities;
  }

  function close(key: string, entity: Entity, ingested: number): Finding | undefined {
    const at = entity.next++;
    const tallies = entity.open.get(at);
    entity.open.delete(at);
    entity.empty = tallies === undefined ? entity.empty + 1 : 0;
    const begin = at * interval;
    const unseen = features.unseen(tallies, (i, texts) => {
      const { remember = defaultRemember } = definition.features[i] as FeatureDefinition;
      return kept.meet(entity.id, i, texts, { at: begin, after: begin - remember });
    });
    const values = features
      .values(tallies, entity.previous, unseen)
      .map((value, i) => (entity.seen < (learning[i] as number) ? Number.NaN : value));
    const anomaly = forests.of(entity, definition, seedOf(id, key)).observe(values);
    entity.seen++;
    entity.previous = values;
    forests.told(entity, values);
    kept.say(entity.id, at, [anomaly.score, anomaly.grade, ...values, ...anomaly.expected]);
    changed.add(key);
    return anomaly.grade > 0 && entity.seen > unknown
      ? findingOf(entity, at, values, features.examples(tallies, unseen, entity.dataClass), anomaly, ingested)
      : undefined;
  }

  function findingOf(
    entity: Entity,
    at: number,
    values: readonly number[],
    examples: readonly Unseen[],
    anomaly: Anomaly,
    ingested: number,
  ): Finding {
    const { score, grade, confidence, expected, contributions } = anomaly;
    const from = at * interval;
    const odd = {
      ...{ detector: id, version, entity: entity.values, from, to: from + interval, ingested },
      ...{ score, grade, confidence, dataClass: entity.dataClass },
      features: definition.features.map(({ name }, i) => ({
        name,
        actual: orNull(values[i]),
        expected: orNull(expected[i]),
        contribution: contributions[i] ?? 0,
        ...(examples[i] && { examples: examples[i] }),
      })),
    };
    const suppressed = suppressedBy(definition, tolerances, odd);
    const result: Result = { ...odd, ...(suppressed && { suppressed }) };
    known.results++;
    known.lastResult = Math.max(known.lastResult ?? 0, odd.to);
    if (suppressed !== undefined) return { result };
    known.alerts++;
    entity.found = withResult(entity.found, result, bucketStart(from, bucketMs));
    return { result, found: entity.found };
  }

  function* closeUpTo(
    over: number,
    key: string,
    entity: Entity,
    ingested: number,
  ): Iterable<Finding | undefined> {
    while (entity.next < over) {
      if (entity.empty < idleAfter || entity.open.has(entity.next)) yield close(key, entity, ingested);
      else if (entity.open.size === 0) return rest(key, entity);
      else entity.next = Math.min(over, ...entity.open.keys());
    }
  }

  /** After so many empty intervals all that a forest looks at is empty: it learns nothing from more of them. */
  function rest(key: string, entity: Entity): void {
    forests.putAside(entity.id);
    entity.open.clear();
    kept.put(id, key, entity, false, features);
    active.delete(key);
    changed.delete(key);
  }

  // What they do now is not told here any more, and what was counted would not be all of an interval.
  for (const [key, entity] of active) if (!owns(key)) rest(key, entity);

  return {
    definition,
    take(event, time, made) {
      if (!fits(event)) return;
      const at = Math.floor(time / interval);
      for (const values of entitiesOf(event, keys)) {
        const key = keyOf(values, made);
        if (!owns(key)) continue;
        isChanged = true;
        if (at < open) {
          known.late++;
          continue;
        }
        const entity = entityFor(key, values, event, at);
        if (entity === undefined) {
          known.leftOut++;
          continue;
        }
        // Out of order, and the entity's first: its intervals begin with it.
        if (at < entity.next) entity.next = at;
        const tallies = entity.open.get(at) ?? features.open();
        entity.open.set(at, tallies);
        features.add(tallies, event);
        if (time >= entity.newest) {
          entity.newest = time;
          entity.dataClass = event.tidewatch.data_class;
        }
        changed.add(key);
        known.events++;
        known.newest = Math.max(known.newest ?? time, time);
      }
    },
    *advance(time, ingested) {
      const over = Math.floor((time - delay) / interval);
      if (over <= open) return;
      open = over;
      const due = [...active].filter(([, entity]) => entity.next < over);
      for (const hadEvents of [true, false])
        for (const [key, entity] of due)
          if (entity.next < over && entity.open.size > 0 === hadEvents)
            yield* closeUpTo(over, key, entity, ingested);
    },
    write() {
      for (const key of changed) {
        const entity = active.get(key);
        if (entity !== undefined) kept.put(id, key, entity, true, features);
      }
      changed.clear();
      if (isChanged) kept.write(name, JSON.stringify(known));
      isChanged = false;
    },
    forget(entities) {
      for (const [key, entity] of active) if (entities.has(entity.id)) active.delete(key);
      count = kept.known(id);
    },
    state() {
      let graded = 0;
      let furthest = 0;
      for (const { seen } of active.values()) {
        if (seen > unknown) graded++;
        furthest = Math.max(furthest, seen);
      }
      const { events, newest, since, late, leftOut, results, alerts } = known;
      return {
        events,
        newest,
        since,
        late,
        leftOut,
        known: count,
        active: active.size,
        graded,
        furthest,
        results,
        alerts,
        lastResult: known.lastResult ?? null,
      };
    },
  };
}

const orNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
