import { getField, isHostileKey, isObject, type Json, type JsonObject } from '@tidewatch/event';
import { maxText, type ParseContext } from '../draft.ts';
import { addOwn, fieldWriter, objectAt } from '../setters.ts';
import { parseTime } from '../time.ts';

/** The event under construction, as the processors of one parser hand it on. */
export interface Work {
  /** ECS fields, nested. What stands under names that begin with `_` is scratch, and gone at the end. */
  readonly fields: JsonObject;
  /** The data set; at first the parser's name. */
  dataset: string;
  /** When it happened, epoch milliseconds. */
  time: number | undefined;
  /** When the source wrote it, epoch milliseconds. */
  created: number | undefined;
  /** Stream that the event goes to instead of the events'. */
  stream: string | undefined;
  /** Name of the input's source. */
  readonly source: string;
  readonly context: ParseContext;
  /** How many parsers handed on to this one. */
  readonly depth: number;
}

/** When it happened, as far as that is believed: nobody is ahead of the receipt. Epoch milliseconds. */
export const believedTime = ({ time, context: { received } }: Work): number =>
  Math.min(time ?? received, received);

/** Whether governance refuses the event as it stands: then it must change nothing for others. */
export const isRefused = ({ context, source, dataset }: Work): boolean =>
  context.classify !== undefined && 'refused' in context.classify(source, dataset);

/** A processor that can't do its work, and why: `pattern_mismatch: …` for people and the count of failures. */
export interface Failed {
  readonly failed: string;
}

/** Ends the record. */
export type Ended =
  | { readonly status: 'done' }
  | { readonly status: 'dropped'; readonly reason: string }
  | { readonly status: 'dead_letter'; readonly reason: string; readonly message: string };

/** Undefined: the next one goes on. */
export type StepResult = Failed | Ended | undefined;

/** One compiled processor. Synchronous; changes the work; never throws on what a record holds. */
export type Step = (work: Work) => StepResult;

export const failed = (reason: string): Failed => ({ failed: reason });
export const isFailed = (result: StepResult): result is Failed => result !== undefined && 'failed' in result;

/** Reads at a path split once; undefined where nothing is. */
export function fieldReader(path: string): (fields: JsonObject) => Json | undefined {
  if (!path.includes('.')) return (fields) => (Object.hasOwn(fields, path) ? fields[path] : undefined);
  return (fields) => getField(fields, path);
}

/** Writes at a path split once. `@timestamp` and `event.created` are the work's times; what is none is not written. */
export function workWriter(path: string): (work: Work, value: Json) => void {
  if (path === '@timestamp' || path === 'event.created')
    return (work, value) => {
      const time = parseTime(value, work.context.clock);
      if (time !== undefined) work[path === '@timestamp' ? 'time' : 'created'] = time;
    };
  const write = fieldWriter(path);
  return ({ fields }, value) => write(fields, value);
}

/** A copy that shares nothing; for JSON many times as fast as `structuredClone`. */
export function copyOf<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) addOwn(copy, key, copyOf((value as JsonObject)[key] as Json));
  return copy as T;
}

/** Adds copies of a record's or a configuration's members to what is there, object by object; the later value counts. */
export function mergeFields(target: JsonObject, source: JsonObject): void {
  for (const key of Object.keys(source)) {
    const value = source[key] as Json;
    if (!isObject(value)) addOwn(target, key, copyOf(value));
    else if (!isHostileKey(key)) mergeFields(objectAt(target, key), value);
  }
}

/** Merges into the object at a path, or into the whole event where there is none. */
export function merger(path: string | undefined): (work: Work, members: JsonObject) => void {
  if (path === undefined) return ({ fields }, members) => mergeFields(fields, members);
  const keys = path.split('.');
  return ({ fields }, members) => mergeFields(keys.reduce(objectAt, fields), members);
}

/** Sets fields to a configuration's values; objects add their members. Each event gets copies: later steps may change them. */
export function setter(values: JsonObject): (work: Work) => void {
  const parts = Object.entries(values).map(([path, value]) =>
    isObject(value) ? { put: merger(path), value } : { put: workWriter(path), value: value as Json },
  ) as readonly { readonly put: (work: Work, value: Json) => void; readonly value: Json }[];
  return (work) => {
    for (const { put, value } of parts) put(work, copyOf(value));
  };
}

/** Takes a field away, and the objects that are empty without it. Answers what was there. */
export function takeField(fields: JsonObject, path: readonly string[], from = 0): Json | undefined {
  const key = path[from] as string;
  if (!Object.hasOwn(fields, key)) return undefined;
  const value = fields[key] as Json;
  if (from === path.length - 1) {
    delete fields[key];
    return value;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const taken = takeField(value, path, from + 1);
  if (taken !== undefined && Object.keys(value).length === 0) delete fields[key];
  return taken;
}

/** `-` and nothing stand for no value in logs; what is cut out of a line is not set then. */
export const isNoValue = (text: string): boolean => text === '' || text === '-';

/** The whole text of a field; undefined where it holds none. */
export const textOf = (
  read: (fields: JsonObject) => Json | undefined,
  { fields }: Work,
): string | undefined => {
  const value = read(fields);
  return typeof value === 'string' ? value : undefined;
};

/** The text that a processor reads, up to {@link maxText}; undefined where the field holds none. */
export const textAt = (
  read: (fields: JsonObject) => Json | undefined,
  { fields }: Work,
): string | undefined => {
  const value = read(fields);
  if (typeof value === 'string') return value.length > maxText ? value.slice(0, maxText) : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};
