import { getField, type Json, type JsonObject } from '@tidewatch/event';

/** Numbers are held to this far from 0, so that no value makes a model's sums of squares infinite in 32 bits. */
export const numberLimit = 1e15;
/** UTF-16 units of a text that are looked at. */
export const textLimit = 8_192;

const decimal = /^-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?$/;

/** Reads one field of events; undefined where it is not there. */
export function reader(path: string): (event: JsonObject) => Json | undefined {
  const keys = path.split('.');
  // Any object has a `toString`, though none of its own; to ask whether it is its own takes several times as long.
  if (keys.some((key) => key in Object.prototype)) return (event) => getField(event, path);
  return (event) => {
    let current: Json | undefined = event;
    for (let i = 0; i < keys.length; i++) {
      if (typeof current !== 'object' || current === null) return undefined;
      if (Array.isArray(current)) return getField(event, path);
      current = current[keys[i] as string];
    }
    return current;
  };
}

/** The number that a value is or says, of a list the first that is one; true is 1, false 0. NaN where there is none. */
export function numberOf(value: Json | undefined): number {
  switch (typeof value) {
    case 'number':
      return bounded(value);
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return decimal.test(value) ? bounded(Number(value)) : Number.NaN;
  }
  if (Array.isArray(value))
    for (const member of value) {
      const number = Array.isArray(member) ? Number.NaN : numberOf(member);
      if (!Number.isNaN(number)) return number;
    }
  return Number.NaN;
}

/** A number within {@link numberLimit} of 0: JSON can say 1e999, which is read as infinite. */
export const bounded = (number: number): number => Math.min(numberLimit, Math.max(-numberLimit, number));

/** What a value is as text, its beginning if it is long; undefined for null and objects, which are none. */
function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value.length > textLimit ? value.slice(0, textLimit) : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Hands over each text of a value, of a list each member's, up to {@link textLimit} units and members in all. */
export function eachText(value: Json | undefined, take: (text: string) => void): void {
  if (!Array.isArray(value)) {
    const text = textOf(value);
    if (text !== undefined) take(text);
    return;
  }
  let left = textLimit;
  for (const member of value) {
    const text = textOf(member);
    left -= 1 + (text?.length ?? 0);
    if (left < 0) return;
    if (text !== undefined) take(text);
  }
}

/** The text of a value, of a list its first. */
export function firstText(value: Json | undefined): string | undefined {
  if (!Array.isArray(value)) return textOf(value);
  for (const member of value) {
    const text = textOf(member);
    if (text !== undefined) return text;
  }
  return undefined;
}
