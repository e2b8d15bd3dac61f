import { createHash } from 'node:crypto';
import { fold } from '../fold.ts';
import { parseNumber } from '../modifiers.ts';
import { geoPointOf } from './geo_point.ts';
import type { CorrelationRule } from './rule.ts';

/** Time, id in three parts, and tag: one flat array costs 40 bytes an event, objects would cost three times as much. */
const stride = 5;
/** A tag is the place of the rule among a correlation's rules, and the number of the event's class above it. */
const inputs = 64;
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const codes = new Uint8Array(128);
for (let i = 0; i < digits.length; i++) codes[digits.charCodeAt(i)] = i;

/** What is counted or measured: texts joined in folded case, or a number. */
export type Value = string | number | null;

/** Places from `start` to `end`, exclusive. */
export const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

/**
 * What a correlation counts or measures of an event.
 *
 * @param texts the first text of each of its fields; of a place all texts of its one field
 */
export function measuredValue(
  { type, fields, travel }: Pick<CorrelationRule, 'type' | 'fields' | 'travel'>,
  texts: readonly string[],
): Value {
  if (fields.length === 0) return null;
  if (travel !== undefined) return geoPointOf(texts);
  return type === 'value_count' ? fold(JSON.stringify(texts)) : parseNumber(texts[0]);
}

/** An event that matched one of a correlation's rules. */
export interface Occurrence {
  /** Event time, epoch milliseconds. */
  readonly time: number;
  /** The event's id; of another correlation's finding, the match's id. */
  readonly id: string;
  /** Which of the correlation's rules it matched. */
  readonly input: number;
  /** Number of the event's data class. */
  readonly dataClass: number;
  readonly value: Value;
}

/** 22 digits of base64url in numbers of 48, 42 and 42 bits. Another id is told apart by its hash. */
function packed(id: string): [number, number, number] {
  const whole = /^[\w-]{22}$/.test(id)
    ? id
    : createHash('sha256').update(id).digest('base64url').slice(0, 22);
  const number = (from: number, to: number): number => {
    let sum = 0;
    for (let i = from; i < to; i++) sum = sum * 64 + (codes[whole.charCodeAt(i)] as number);
    return sum;
  };
  return [number(0, 8), number(8, 15), number(15, 22)];
}

function unpacked(parts: readonly number[]): string {
  const text = (part: number, length: number): string => {
    let rest = part;
    let written = '';
    for (let i = 0; i < length; i++, rest = Math.floor(rest / 64))
      written = digits.charAt(rest % 64) + written;
    return written;
  };
  const [a = 0, b = 0, c = 0] = parts;
  return text(a, 8) + text(b, 7) + text(c, 7);
}

/** Occurrences of one group, in order of time, then id, then rule: whatever the order they came in, this one is theirs. */
export class Timeline {
  private numbers: number[];
  private values: Value[] | null;

  /** How much of an entry tells it from others. */
  private readonly keyLength: number;

  /**
   * @param valued whether values are kept
   * @param perRule whether an event stands there once for each rule that it matched, or once
   * @param state what `toJSON` gave
   */
  constructor(
    valued: boolean,
    perRule: boolean,
    state?: { readonly numbers: number[]; readonly values: Value[] | null },
  ) {
    this.keyLength = perRule ? stride : stride - 1;
    this.numbers = state?.numbers ?? [];
    this.values = valued ? (state?.values ?? []) : null;
  }

  get length(): number {
    return this.numbers.length / stride;
  }

  time(at: number): number {
    return this.numbers[at * stride] as number;
  }

  input(at: number): number {
    return (this.numbers[at * stride + 4] as number) % inputs;
  }

  dataClass(at: number): number {
    return Math.floor((this.numbers[at * stride + 4] as number) / inputs);
  }

  value(at: number): Value {
    return this.values?.[at] ?? null;
  }

  id(at: number): string {
    return unpacked(this.numbers.slice(at * stride + 1, at * stride + 4));
  }

  /** Whether two occurrences are the same event. */
  same(one: number, two: number): boolean {
    for (let k = 1; k < 4; k++)
      if (this.numbers[one * stride + k] !== this.numbers[two * stride + k]) return false;
    return true;
  }

  /** The place of the first occurrence at or after a time. */
  firstFrom(time: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @returns where it stands now; -1 where the same event was there for the same rule */
  insert({ time, id, input, dataClass, value }: Occurrence): number {
    const key = [time, ...packed(id), input];
    const at = this.search(key);
    if (at < this.length && this.compare(at, key) === 0) {
      // Of several rules the first one counts, in whatever order they come.
      if (input < this.input(at)) {
        this.numbers[at * stride + 4] = dataClass * inputs + input;
        if (this.values !== null) this.values[at] = value;
        return at;
      }
      return -1;
    }
    const tag = dataClass * inputs + input;
    // Most groups have one event, for which no room to grow is kept.
    if (this.numbers.length === 0)
      this.numbers = [time, key[1] as number, key[2] as number, key[3] as number, tag];
    else if (at === this.length)
      this.numbers.push(time, key[1] as number, key[2] as number, key[3] as number, tag);
    else this.numbers.splice(at * stride, 0, time, key[1] as number, key[2] as number, key[3] as number, tag);
    if (this.values?.length === 0) this.values = [value];
    else this.values?.splice(at, 0, value);
    return at;
  }

  /** Takes out an occurrence; false where there is none. */
  remove({ time, id, input }: Pick<Occurrence, 'time' | 'id' | 'input'>): boolean {
    const key = [time, ...packed(id), input];
    const at = this.search(key);
    if (at === this.length || this.compare(at, key) !== 0) return false;
    this.numbers.splice(at * stride, stride);
    this.values?.splice(at, 1);
    return true;
  }

  /** Keeps of the first `count` only those that `wanted` (ascending) names; gives how many of them there are now. */
  thin(count: number, wanted: readonly number[]): number {
    if (wanted.length === count) return count;
    const kept = wanted.flatMap((at) => this.numbers.slice(at * stride, (at + 1) * stride));
    this.numbers.splice(0, count * stride, ...kept);
    this.values?.splice(0, count, ...wanted.map((at) => (this.values as Value[])[at] as Value));
    return wanted.length;
  }

  toJSON(): { readonly numbers: number[]; readonly values: Value[] | null } {
    return { numbers: this.numbers, values: this.values };
  }

  private search(key: readonly number[]): number {
    let low = 0;
    let high = this.length;
    // What comes in order belongs to the end.
    if (high === 0 || this.compare(high - 1, key) < 0) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private compare(at: number, key: readonly number[]): number {
    for (let k = 0; k < this.keyLength; k++) {
      const own = k === 4 ? this.input(at) : (this.numbers[at * stride + k] as number);
      if (own !== key[k]) return own - (key[k] as number);
    }
    return 0;
  }
}
