import { isEcsEvent } from '@tidewatch/event';
import { createWatermark, type WatermarkState } from '@tidewatch/window';
import type { Definition } from './definition.ts';
import { keyOf } from './entity.ts';
import { createForests } from './forests.ts';
import type { EntitiesAsked, EntityRow, Kept, Said } from './kept.ts';
import type { Normal, Tolerance } from './normal.ts';
import { type Part, whole } from './sharing.ts';
import { createWatch, type Finding, type Watch } from './watch.ts';
import type { WatchState } from './watch_state.ts';
import { witnessTest } from './witness.ts';

/** What is in force. */
export interface Detecting {
  readonly definitions: readonly Definition[];
  /** What somebody said is normal of their entities. */
  readonly normal: readonly (Tolerance & Pick<Normal, 'detector'>)[];
  /** Data classes of what nobody did. */
  readonly synthetic: readonly string[];
  /** Bytes of forests in memory; the others wait in the file. */
  readonly memory: number;
  /** Entities that are looked at; all if absent. */
  readonly part?: Part;
}

/** Records of one partition, in order. */
export interface Taken {
  readonly partition: number;
  /** The offset behind the last. */
  readonly to: number;
  /** Names of sources, and of each record which it is of. */
  readonly sources: readonly string[];
  readonly source: Uint16Array;
  /** Event time, and when it was taken; epoch ms. */
  readonly times: Float64Array;
  readonly ingested: Float64Array;
  /** JSON of the events one after the other, and where each ends: one that holds nothing says that its source is quiet. */
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

export interface EngineState {
  /** How far event time has come, epoch ms; null before the first event. */
  readonly time: number | null;
  readonly resident: number;
  /** Of forests in memory, bytes, about. */
  readonly memory: number;
  readonly detectors: Readonly<Record<string, WatchState>>;
}

/** All detectors over the events' stream: a pure function of what it is given, and of the file. */
export interface Engine {
  /** The next offset of each partition that the file stands for. */
  readonly positions: ReadonlyMap<number, number>;
  load(detecting: Detecting): void;
  /**
   * Looks at records as slices of what is found are asked for; none is another's before it has given all. A slice ends after
   * so many intervals that a pause behind each keeps turns short, and what was found of the first need not wait for the last.
   */
  take(taken: Taken): Iterable<readonly Finding[]>;
  /** Time goes on without events; in slices, too. @param time epoch ms */
  advance(time: number): Iterable<readonly Finding[]>;
  /** Durable when it returns; answers what it stands for. */
  save(): ReadonlyMap<number, number>;
  state(): EngineState;
  /** Undefined where no such detector runs. */
  entities(detector: string, asked: EntitiesAsked): readonly EntityRow[] | undefined;
  /** What was said of the last intervals of an entity that may be seen; undefined where there is none. */
  said(
    detector: string,
    values: readonly string[],
    classes: EntitiesAsked['classes'],
  ): readonly Said[] | undefined;
  /** Sources that have been quiet for long at `now` (epoch ms). */
  quiet(now: number): readonly string[];
  /** How many entities of a detector are known, by data class. */
  classes(detector: string): Readonly<Record<string, number>>;
  /** Forgets what a detector has learnt of entities of a class; answers of how many. */
  forget(detector: string, dataClass: string): number;
  /** How many entities and values {@link expire} would forget. */
  due(dataClass: string, before: number): number;
  /** Forgets entities of a class of which no event came since `before` (epoch ms), and values that others did not show since. */
  expire(dataClass: string, before: number): number;
  close(): void;
}

interface Time {
  readonly watermark: WatermarkState;
  readonly ingested: number;
}

/** The detector's role declares sources idle earlier: where it runs, this one never has to. */
const idleAfterMs = 3 * 60_000;
/** Intervals in a slice: some 5 ms where forests are in memory, and 50 where they wake. */
const slice = 32;

export function createEngine(kept: Kept, lost: (reason: string) => void): Engine {
  const forests = createForests(kept, lost);
  const known = kept.read('time');
  const time = known === undefined ? undefined : (JSON.parse(known) as Time);
  // How late events may be is each detector's own.
  const watermark = createWatermark({ allowedLatenessMs: 0, idleAfterMs }, time?.watermark);
  const positions = new Map(JSON.parse(kept.read('positions') ?? '[]') as [number, number][]);
  let ingested = time?.ingested ?? 0;
  let watches: readonly Watch[] = [];
  let synthetic: ReadonlySet<string> = new Set();
  let witness: RegExp | undefined;
  let reached = Number.NEGATIVE_INFINITY;

  function due(dataClass: string, before: number): number {
    // What is changed must be in the file to be found there.
    for (const watch of watches) watch.write();
    return kept.due(dataClass, before);
  }

  function forgetting(which: Parameters<Kept['forget']>[0]): number {
    const entities = new Set(kept.forget(which));
    for (const entity of entities) forests.putAside(entity);
    for (const watch of watches) watch.forget(entities);
    return entities.size;
  }

  function* goOn(to: number): Iterable<readonly Finding[]> {
    if (to <= reached) return;
    reached = to;
    let findings: Finding[] = [];
    let closed = 0;
    for (const watch of watches)
      for (const finding of watch.advance(to, ingested)) {
        if (finding !== undefined) findings.push(finding);
        if (++closed % slice > 0) continue;
        yield findings;
        findings = [];
      }
    if (findings.length > 0) yield findings;
  }

  function look(bytes: Buffer, at: number): void {
    if (watches.length === 0 || witness?.test(bytes.toString('latin1')) === false) return;
    const event = eventIn(bytes);
    if (event === undefined) return;
    const made = synthetic.has(event.tidewatch.data_class) ? event.tidewatch.data_class : undefined;
    for (const watch of watches) watch.take(event, at, made);
  }

  return {
    positions,
    load(detecting) {
      forests.within(detecting.memory);
      for (const watch of watches) watch.write();
      synthetic = new Set(detecting.synthetic);
      watches = detecting.definitions.map((definition) => {
        const tolerances = detecting.normal.filter(({ detector }) => detector === definition.id);
        return createWatch(
          definition,
          { tolerances, part: detecting.part ?? whole },
          kept,
          forests,
          Date.now(),
        );
      });
      witness = witnessTest(detecting.definitions.map(({ filter }) => filter));
      // Nothing is over that was not: a detector that is new has nothing that could be.
      reached = Number.NEGATIVE_INFINITY;
      for (const _ of goOn(watermark.current() ?? reached));
    },
    *take({ partition, to, sources, source, times, ingested: taken, bytes, ends }) {
      const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      let start = 0;
      for (const [i, end] of ends.entries()) {
        const at = times[i] as number;
        const from = { source: sources[source[i] as number] as string, partition };
        if (end === start) watermark.idle(from, at);
        else {
          look(whole.subarray(start, end), at);
          const when = taken[i] as number;
          ingested = Math.max(ingested, when);
          watermark.observe({ ...from, time: at, ingested: when });
        }
        start = end;
        yield* goOn(watermark.current() ?? reached);
      }
      positions.set(partition, to);
    },
    advance: goOn,
    save() {
      for (const watch of watches) watch.write();
      kept.write('time', JSON.stringify({ watermark: watermark.toJSON(), ingested } satisfies Time));
      kept.write('positions', JSON.stringify([...positions]));
      kept.commit();
      return positions;
    },
    state: () => ({
      time: watermark.current() ?? null,
      resident: forests.resident(),
      memory: forests.memory(),
      detectors: Object.fromEntries(watches.map((watch) => [watch.definition.id, watch.state()])),
    }),
    entities(detector, asked) {
      const watch = watches.find(({ definition }) => definition.id === detector);
      // What is changed must be in the file to be found there.
      watch?.write();
      return watch && kept.find(detector, asked);
    },
    said(detector, values, classes) {
      const watch = watches.find(({ definition }) => definition.id === detector);
      watch?.write();
      const keys = [undefined, ...synthetic].map((made) => keyOf(values, made));
      const id = watch && kept.named(detector, keys, classes);
      return id === undefined ? undefined : kept.said(id);
    },
    quiet: (now) => watermark.dueIdle(now).map(({ source }) => source),
    classes(detector) {
      for (const watch of watches) watch.write();
      return kept.classes(detector);
    },
    forget(detector, dataClass) {
      const gone = forgetting({ detector, dataClass });
      if (watches.every(({ definition }) => definition.id !== detector))
        kept.write(`detector ${detector}`, '{}');
      return gone;
    },
    due,
    expire(dataClass, before) {
      const gone = due(dataClass, before);
      forgetting({ dataClass, before });
      return gone;
    },
    close: () => kept.close(),
  };
}

function eventIn(bytes: Buffer) {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isEcsEvent(value) ? value : undefined;
  } catch {
    // The indexer puts it among the dead letters.
    return undefined;
  }
}
