import {
  type Detector,
  type EcsEvent,
  type EntityKey,
  type EventMatch,
  getField,
  isEcsEvent,
} from '@tidewatch/event';
import { matchId } from '@tidewatch/event/ids';
import type { StartModelThread } from '@tidewatch/onnx';
import { type EventPredicate, parseKql, toPredicate } from '@tidewatch/query';
import { entityKey } from '@tidewatch/sigma';
import { eventTime } from '@tidewatch/window';
import { createDriftWatch, type DriftState, type DriftWatch } from './drift_watch.ts';
import type { Candidate, Judged, Model } from './model.ts';
import { openModel } from './open_model.ts';
import {
  type Answer,
  keyOf,
  type Loaded,
  type ModelAtWork,
  type ModelFault,
  type ModelFigures,
  type Request,
  type ScoredBatch,
} from './protocol.ts';
import { type ClassTable, scoreClass, scoreRecord } from './score_document.ts';

type Load = Extract<Request, { ask: 'load' }>;
type Batch = Extract<Request, { ask: 'score' }>;

interface Working {
  readonly at: ModelAtWork;
  readonly model: Model;
  readonly wants: EventPredicate;
  readonly detector: Detector;
  readonly drift: DriftWatch;
}

interface Placed extends Candidate {
  readonly offset: number;
  readonly ingested: number;
}

/** A version's part of a snapshot. */
interface Kept {
  /** What its windowed features remember, Base64. */
  readonly state?: string;
  readonly drift?: DriftState;
}

/** A model's alerts on one entity are gathered by the hour, as those of rules are. */
const bucketMs = 3_600_000;

/** The models of a scoring thread. One request after the other. */
export function createScoring(startThread: StartModelThread) {
  let working: readonly Working[] = [];
  let busy = new Int32Array(new SharedArrayBuffer(4));

  async function load({ models, busy: shared, window }: Load): Promise<Loaded> {
    busy = new Int32Array(shared);
    const before = new Map(working.map((each) => [keyOf(each.at) + each.at.digest, each]));
    const faults: ModelFault[] = [];
    const next: Working[] = [];
    for (const at of models) {
      const known = before.get(keyOf(at) + at.digest);
      try {
        next.push(known === undefined ? await open(at, startThread, window) : { ...known, at });
      } catch (error) {
        faults.push({ model: keyOf(at), phase: 'load', message: (error as Error).message });
      }
    }
    const kept = new Set(next.map(({ model }) => model));
    const gone = working.filter(({ model }) => !kept.has(model));
    working = next;
    await Promise.all(gone.map(({ model }) => model.close()));
    return { models: next.map(({ at }) => keyOf(at)), faults };
  }

  async function score({ partition, offsets, events, classes, except }: Batch): Promise<ScoredBatch> {
    const placed = readEvents(offsets, events);
    const matches: EventMatch[] = [];
    const scores: Uint8Array[] = [];
    const figures: ModelFigures[] = [];
    const faults: ModelFault[] = [];
    for (const [number, one] of working.entries()) {
      const { at, model, wants } = one;
      if (except.includes(keyOf(at))) continue;
      const began = performance.now();
      Atomics.store(busy, 0, number + 1);
      try {
        const candidates = placed.filter(({ event }) => wants(event));
        let rows: Float32Array = new Float32Array();
        const judged =
          candidates.length === 0
            ? []
            : await model.score(partition, candidates, (seen) => {
                rows = seen;
              });
        const said = judge(one, partition, candidates, judged, classes);
        matches.push(...said.matches);
        scores.push(...said.scores);
        if (said.odd !== undefined) faults.push({ model: keyOf(at), phase: 'score', message: said.odd });
        one.drift.add(partition, said.values, rows, candidates.at(-1)?.ingested ?? 0);
        if (candidates.length > 0)
          figures.push({
            model: keyOf(at),
            engine: model.engine,
            seconds: (performance.now() - began) / 1000,
            scores: said.values,
          });
      } catch (error) {
        faults.push({ model: keyOf(at), phase: 'score', message: (error as Error).message });
      }
      Atomics.store(busy, 0, 0);
    }
    return {
      matches: new TextEncoder().encode(JSON.stringify(matches)),
      scores: joined(scores),
      figures,
      faults,
    };
  }

  /** Of a version's state what it was under its name; another version begins anew. */
  function save(partition: number): Uint8Array {
    const kept: Record<string, Kept> = {};
    for (const { at, model, drift } of working) {
      const state = model.save?.(partition);
      const moved = drift.save(partition);
      kept[keyOf(at)] = {
        ...(state !== undefined && { state: Buffer.from(state).toString('base64') }),
        ...(moved !== undefined && { drift: moved }),
      };
    }
    return new TextEncoder().encode(JSON.stringify(kept));
  }

  function restore(partition: number, snapshot: Uint8Array): void {
    const kept = JSON.parse(new TextDecoder().decode(snapshot)) as Record<string, Kept>;
    for (const { at, model, drift } of working) {
      const { state, drift: moved } = kept[keyOf(at)] ?? {};
      if (state !== undefined) model.restore?.(partition, Buffer.from(state, 'base64'));
      if (moved !== undefined) drift.restore(partition, moved);
    }
  }

  async function answer(request: Request): Promise<Answer> {
    switch (request.ask) {
      case 'load':
        return { loaded: await load(request) };
      case 'score':
        return { batch: await score(request) };
      case 'save':
        return { snapshot: save(request.partition) };
      case 'restore':
        restore(request.partition, request.snapshot);
        return {};
      case 'drop':
        for (const { model, drift } of working) {
          model.drop?.(request.partition);
          drift.drop(request.partition);
        }
        return {};
      case 'drift':
        return { drift: working.map(({ at, drift }) => ({ model: keyOf(at), ...drift.drift() })) };
    }
  }

  let turn: Promise<unknown> = Promise.resolve();
  return (request: Request): Promise<Answer> => {
    const answered = turn.then(() => answer(request));
    turn = answered.catch(() => {});
    return answered;
  };
}

async function open(
  at: ModelAtWork,
  startThread: StartModelThread,
  window: Load['window'],
): Promise<Working> {
  const model = await openModel(at.folder, startThread);
  const { name, version, events, score, author, license } = model.manifest;
  if (name !== at.name || version !== at.version)
    throw new Error(`its manifest says ${name} ${version}, and its folder ${at.name} ${at.version}`);
  const filter = parseKql(events);
  if (!filter.ok) throw new Error(`events: ${filter.error.message}`);
  const { title, level, meaning: description } = score;
  const detector = { engine: model.engine, id: name, title, level, description, author, license };
  const drift = createDriftWatch(model.manifest, model.columns ?? [], window);
  const wants = toPredicate(filter.ast, { now: Date.now() });
  return { at, model, wants, detector, drift };
}

function judge(
  { at, model, detector }: Working,
  partition: number,
  candidates: readonly Placed[],
  judged: readonly (Judged | undefined)[],
  classes: ClassTable,
): { matches: EventMatch[]; scores: Uint8Array[]; values: Float32Array; odd: string | undefined } {
  const { threshold } = model.manifest.score;
  const matches: EventMatch[] = [];
  const scores: Uint8Array[] = [];
  const values: number[] = [];
  let odd: string | undefined;
  judged.forEach((one, i) => {
    const { event, time, offset, ingested } = candidates[i] as Placed;
    if (one === undefined) return;
    const { score: value } = one;
    // A value that is no number would compare false, and so pass as nothing to look at.
    if (!(value >= 0 && value <= 1)) {
      odd ??= `the score of the event ${event.event.id} is ${value}`;
      return;
    }
    values.push(value);
    const from = event.tidewatch.data_class;
    const dataClass = scoreClass(classes, model.manifest.data.class, from);
    const { engine } = model;
    const of = event.event.id;
    if (dataClass !== undefined)
      scores.push(scoreRecord({ engine, ...at, value, threshold, of, time, ingested, dataClass }).value);
    const explanation = value >= threshold && at.stage === 'live' ? one.explain() : null;
    if (explanation === null) return;
    matches.push({
      id: matchId(detector.id, of),
      detector,
      key: keyOfAlert(event, model.manifest.score.by),
      time,
      position: { partition, offset },
      bucketMs,
      dataClass: from,
      event,
      explanation,
    });
  });
  return { matches, scores, values: Float32Array.from(values), odd };
}

/** What an alert is about: the manifest's fields, or what the event is about where it lacks one of them. */
function keyOfAlert(event: EcsEvent, by: readonly string[] = []): EntityKey {
  const key = by.map((field) => ({ field, value: getField(event, field) }));
  const whole = key.filter((part) => typeof part.value === 'string') as EntityKey;
  return whole.length > 0 && whole.length === by.length ? whole : entityKey(event);
}

const newline = 10;

function readEvents(offsets: Float64Array, events: Uint8Array): Placed[] {
  const lines = Buffer.from(events.buffer, events.byteOffset, events.byteLength);
  const placed: Placed[] = [];
  let start = 0;
  for (const offset of offsets) {
    const end = lines.indexOf(newline, start);
    const event = readEvent(lines.toString('utf8', start, end));
    start = end + 1;
    if (event === undefined) continue;
    const ingested = Date.parse(event.event.ingested);
    const { time } = eventTime({ timestamp: Date.parse(event['@timestamp']), ingested });
    placed.push({ event, time, offset, ingested });
  }
  return placed;
}

function readEvent(line: string): EcsEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEcsEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length + 1, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
    whole[at++] = newline;
  }
  return whole;
}
