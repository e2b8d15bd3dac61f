import {
  type Detector,
  type EcsEvent,
  type EntityKey,
  type EventMatch,
  getField,
  isObject,
} from '@tidewatch/event';
import { matchId } from '@tidewatch/event/ids';
import type { StartModelThread } from '@tidewatch/onnx';
import { type EventPredicate, parseKql, toPredicate } from '@tidewatch/query';
import { entityKey } from '@tidewatch/sigma';
import { joinedLines, type Placed, readEvents } from './batch_lines.ts';
import { createDriftWatch, type DriftState, type DriftWatch } from './drift_watch.ts';
import type { Judged, Model } from './model.ts';
import { openModel, readAdmitted } from './open_model.ts';
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
import { createTurns } from './turns.ts';

type Load = Extract<Request, { ask: 'load' }>;
type Batch = Extract<Request, { ask: 'score' }>;

interface Working {
  readonly at: ModelAtWork;
  readonly model: Model;
  readonly wants: EventPredicate;
  readonly detector: Detector;
  readonly drift: DriftWatch;
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
    const before = new Map(working.map((each) => [contentOf(each.at), each]));
    const faults: ModelFault[] = [];
    const next: Working[] = [];
    for (const at of models) {
      const known = before.get(contentOf(at));
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
      scores: joinedLines(scores),
      figures,
      faults,
    };
  }

  function save(partition: number): Uint8Array {
    const kept: Record<string, Kept> = {};
    for (const { at, model, drift } of working) {
      const state = model.save?.(partition);
      const moved = drift.save(partition);
      kept[contentOf(at)] = {
        ...(state !== undefined && { state: Buffer.from(state).toString('base64') }),
        ...(moved !== undefined && { drift: moved }),
      };
    }
    return new TextEncoder().encode(JSON.stringify(kept));
  }

  /** What a version was once is no other's; whose part cannot be read begins anew. */
  function restore(partition: number, snapshot: Uint8Array): ModelFault[] {
    const kept = keptIn(snapshot);
    return working.flatMap((one) => {
      const { at, model, drift } = one;
      const { state, drift: moved } = kept?.[contentOf(at)] ?? {};
      try {
        if (kept === undefined) throw new Error('the snapshot is no JSON');
        if (state !== undefined) model.restore?.(partition, Buffer.from(state, 'base64'));
        if (moved !== undefined) drift.restore(partition, moved);
        return [];
      } catch (error) {
        forget(one, partition);
        const message = `What it remembered of partition ${partition} cannot be read, so it begins anew: ${(error as Error).message}`;
        return [{ model: keyOf(at), phase: 'restore', message }];
      }
    });
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
        return { faults: restore(request.partition, request.snapshot) };
      case 'drop':
        for (const one of working) forget(one, request.partition);
        return {};
      case 'drift':
        return { drift: working.map(({ at, drift }) => ({ model: keyOf(at), ...drift.drift() })) };
    }
  }

  const inTurn = createTurns();
  return (request: Request): Promise<Answer> => inTurn(() => answer(request));
}

async function open(
  at: ModelAtWork,
  startThread: StartModelThread,
  window: Load['window'],
): Promise<Working> {
  const folder = await readAdmitted(at);
  const { name, events, score, author, license } = folder.manifest;
  const filter = parseKql(events);
  if (!filter.ok) throw new Error(`events: ${filter.error.message}`);
  const wants = toPredicate(filter.ast, { now: Date.now() });
  const model = await openModel(folder, startThread);
  const { title, level, meaning: description } = score;
  const detector = { engine: model.engine, id: name, title, level, description, author, license };
  const drift = createDriftWatch(model.manifest, model.columns ?? [], window);
  return { at, model, wants, detector, drift };
}

/** What is loaded once, and remembers: a version by name and by what is in it. */
const contentOf = (at: ModelAtWork): string => `${keyOf(at)} ${at.digest}`;

function forget({ model, drift }: Working, partition: number): void {
  model.drop?.(partition);
  drift.drop(partition);
}

function keptIn(snapshot: Uint8Array): Readonly<Record<string, Kept>> | undefined {
  try {
    const kept: unknown = JSON.parse(new TextDecoder().decode(snapshot));
    return isObject(kept) ? (kept as Record<string, Kept>) : undefined;
  } catch {
    return undefined;
  }
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
