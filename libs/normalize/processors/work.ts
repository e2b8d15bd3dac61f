import { getField, type Json, type JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { fieldWriter } from '../setters.ts';

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

/** Writes at a path split once. `@timestamp` and `event.created` are the work's times, in epoch milliseconds. */
export function workWriter(path: string): (work: Work, value: Json) => void {
  const write = fieldWriter(path);
  return ({ fields }, value) => write(fields, value);
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

/** The text that a processor reads; undefined where the field holds none. */
export const textAt = (
  read: (fields: JsonObject) => Json | undefined,
  { fields }: Work,
): string | undefined => {
  const value = read(fields);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};
