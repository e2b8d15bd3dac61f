import { type EcsEvent, type Engine, type EntityKey, encodeEvent, type JsonObject } from '@tidewatch/event';
import { scoreId } from '@tidewatch/event/ids';
import type { NewRecord } from '@tidewatch/stream';
import { derivedHeaders } from '@tidewatch/window';

/** What a model says of an event, or a detector of an interval. */
export interface Score {
  /** Who says it: the model's name and version, or the detector's. */
  readonly engine: Engine;
  readonly name: string;
  readonly version: string;
  readonly stage: 'shadow' | 'live';
  /** 0 to 1. */
  readonly value: number;
  /** Score from which it is worth a look. */
  readonly threshold: number;
  /** The event's id; of an interval what tells it from all others of the detector, such as its entity and start. */
  readonly of: string;
  /** Event time, epoch milliseconds; of an interval its end. */
  readonly time: number;
  /**
   * When what is scored was taken, epoch milliseconds. It must be the same whenever the same is scored again: by it and
   * the id a score that comes twice is told.
   */
  readonly ingested: number;
  /** Class of the score, see {@link scoreClass}. */
  readonly dataClass: string;
  /** Whom an interval is about; an event says that itself. */
  readonly entity?: EntityKey;
  /** What the engine knows besides, e.g. `{ grade: 0.8, confidence: 0.97 }`; goes under `tidewatch.score`. */
  readonly details?: JsonObject;
}

export const scoresDataset = 'tidewatch.scores';

/** A score as it is appended to the events' stream, in ECS. Equal for equal scores. */
export function scoreRecord(score: Score): NewRecord {
  const { engine, name, version, stage, value, threshold, of, time, ingested, entity = [] } = score;
  const about: JsonObject = {};
  for (const { field, value: text } of entity) setPath(about, field.split('.'), text);
  const event: EcsEvent = {
    ...about,
    '@timestamp': new Date(time).toISOString(),
    tidewatch: {
      source: 'scorer',
      data_class: score.dataClass,
      score: { ...score.details, engine, name, version, stage, value, threshold, of },
    },
    event: {
      id: scoreId(name, version, of),
      dataset: scoresDataset,
      ingested: new Date(ingested).toISOString(),
      kind: 'metric',
    },
  };
  const { head, json } = encodeEvent(event);
  return { key: head.id, headers: derivedHeaders, value: Buffer.from(json), decoded: head };
}

/** How long data classes are kept, in milliseconds, and which of them are made up. */
export type ClassTable = Readonly<Record<string, { readonly ttlMs: number; readonly synthetic: boolean }>>;

/**
 * Class of a score: the model's own, but that of the events it rests on where these are made up or go earlier, since a score
 * tells something of them. Undefined where the model's class is none that is kept: then its scores are not.
 *
 * @param wanted the model's class of scores
 * @param from class of the events
 */
export function scoreClass(classes: ClassTable, wanted: string, from: string): string | undefined {
  const own = classes[wanted];
  const given = classes[from];
  if (own === undefined) return undefined;
  return given !== undefined && (given.synthetic || given.ttlMs < own.ttlMs) ? from : wanted;
}

function setPath(into: JsonObject, [key = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) into[key] = value;
  else {
    into[key] ??= {};
    setPath(into[key] as JsonObject, rest, value);
  }
}
