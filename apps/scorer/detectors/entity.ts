import { createHash, hash } from 'node:crypto';
import type { EcsEvent } from '@tidewatch/event';
import { valuesAt } from '@tidewatch/query';
import type { Tallies } from './features.ts';
import type { Found } from './result.ts';

/** An event with several values in a field is of an entity for each, up to so many. */
const mostEntities = 16;
/** A longer value is known by its beginning and its digest. */
const longest = 512;
/** What Windows writes for no value. */
const nothing = new Set(['', '-']);

/** What a detector knows of an entity, but for its forest. Times are epoch milliseconds, intervals are counted from the epoch. */
export interface Entity {
  readonly id: number;
  /** In the order of the definition's `by`. */
  readonly values: readonly string[];
  /** Data class of its newest event. */
  dataClass: string;
  /** The next interval that its forest is to be told. */
  next: number;
  /** Intervals that its forest was told. */
  seen: number;
  /** Empty ones in a row by now. */
  empty: number;
  /** Time of its newest event. */
  newest: number;
  /** Values of its last interval. */
  previous: readonly number[];
  /** What is counted of intervals that are not over. */
  readonly open: Map<number, Tallies>;
  /** What its alert says, while its bucket lasts. */
  found: Found | undefined;
  /** Its forest's saved state lacks so many intervals, which are noted beside it. */
  noted: number;
}

/** The entities that an event is of: none where it lacks a field. */
export function entitiesOf(
  event: EcsEvent,
  by: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  return by.reduce<readonly (readonly string[])[]>(
    (chosen, keys) => {
      const texts = textsAt(event, keys);
      return chosen.flatMap((values) => texts.map((text) => [...values, text])).slice(0, mostEntities);
    },
    [[]],
  );
}

function textsAt(event: EcsEvent, keys: readonly string[]): readonly string[] {
  const texts = new Set<string>();
  for (const value of valuesAt(event, keys)) {
    if (value === null || typeof value === 'object') continue;
    const text = String(value);
    if (!nothing.has(text)) texts.add(known(text));
  }
  return [...texts].slice(0, mostEntities);
}

/** What a value is known by. */
export const known = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, 200)}… ${digest(text)}`;

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What made-up events are about is nobody, whatever their names: the two never share a forest. */
export const keyOf = (values: readonly string[], made: string | undefined): string =>
  JSON.stringify(made === undefined ? values : [{ made }, ...values]);

/** The same entity has the same forest wherever it is learnt. */
export const seedOf = (detector: string, key: string): number =>
  Number.parseInt(hash('sha256', `${detector}\0${key}`).slice(0, 8), 16);
