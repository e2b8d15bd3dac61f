import { type EcsEvent, isoTime, type Json } from '@tidewatch/event';
import type { FeatureCode } from './encoder.ts';
import { hashOf } from './hash.ts';
import type { PerEventFeature } from './schema.ts';
import { eachText, firstText, numberOf, reader } from './values.ts';

/** Writes a value's columns from `at` on, which hold 0. */
type Encode = (value: Json | undefined, into: Float32Array, at: number) => void;

const day = 86_400_000;
/** Milliseconds of a period, and of the epoch in it: weeks begin on Mondays, and 1970 began on a Thursday. */
const periods = { day: { length: day, start: 0 }, week: { length: 7 * day, start: 3 * day } };

/** What a value of one event is, as columns. */
export function perEvent(feature: PerEventFeature): FeatureCode {
  const read = reader(feature.field);
  if (feature.encode === 'hash') return hashed(feature, read);
  const encode = encodeOf(feature);
  return {
    encode: (event, into, at) => encode(read(event), into, at),
    actual: (event, row, at) => actualOf(feature, read(event), row[at] ?? 0),
    expected: (_, row, at) => expectedOf(feature, row[at] ?? 0),
  };
}

/** Characters of a text that is remembered, so that a column can be told by it. */
const remembered = 256;
/** What a column is expected to hold, at least, for its text to be told. */
const sure = 0.5;

/** One column of several for each text. It remembers by data class which text was in a column last: who sees one sees not all. */
function hashed(
  feature: Extract<PerEventFeature, { encode: 'hash' }>,
  read: ReturnType<typeof reader>,
): FeatureCode {
  const { buckets } = feature;
  const bucketOf = (text: string): number => hashOf(text.toLowerCase()) % buckets;
  const known = new Map<string, string[]>();
  const textsOf = (event: EcsEvent): string[] => {
    const dataClass = event.tidewatch?.data_class ?? '';
    const own = known.get(dataClass) ?? [];
    known.set(dataClass, own);
    return own;
  };
  let texts: string[] = [];
  const write = ofTexts((text, into, at) => {
    const bucket = bucketOf(text);
    into[at + bucket] = 1;
    if (text.length <= remembered) texts[bucket] = text;
  });
  return {
    encode(event, into, at) {
      texts = textsOf(event);
      write(read(event), into, at);
    },
    actual: (event) => actualOf(feature, read(event), 0),
    expected(event, row, at) {
      let most = 0;
      for (let bucket = 1; bucket < buckets; bucket++)
        if ((row[at + bucket] ?? 0) > (row[at + most] ?? 0)) most = bucket;
      if (!((row[at + most] ?? 0) >= sure)) return null;
      // Its own text, where another one has the same column.
      const own = firstText(read(event));
      return own !== undefined && bucketOf(own) === most
        ? own.slice(0, shown)
        : (textsOf(event)[most] ?? null);
    },
  };
}

function encodeOf(feature: Exclude<PerEventFeature, { encode: 'hash' }>): Encode {
  switch (feature.encode) {
    case 'number':
    case 'log': {
      const { missing } = feature;
      const logarithm = feature.encode === 'log';
      return (value, into, at) => {
        const number = numberOf(value);
        const known = Number.isNaN(number) ? missing : number;
        into[at] = logarithm ? signedLog(known) : known;
      };
    }
    case 'cyclic': {
      const { length, start } = periods[feature.period];
      return (value, into, at) => {
        const time = typeof value === 'string' ? isoTime(value) : Number.NaN;
        if (Number.isNaN(time)) return;
        const angle = (((time + start) % length) / length) * 2 * Math.PI;
        into[at] = Math.sin(angle);
        into[at + 1] = Math.cos(angle);
      };
    }
    case 'ngrams': {
      const { n, buckets } = feature;
      return ofTexts((text, into, at) => {
        const lower = text.toLowerCase();
        for (let i = n; i <= lower.length; i++)
          (into[at + (hashOf(lower, i - n, i) % buckets)] as number) += 1;
      });
    }
    case 'tokens':
      return ofTexts((text, into, at) => {
        (into[at] as number) += tokensOf(text);
      });
    case 'length':
      return ofTexts((text, into, at) => {
        (into[at] as number) += text.length;
      });
    case 'equals': {
      const wanted = String(feature.value).toLowerCase();
      return ofTexts((text, into, at) => {
        if (text.length === wanted.length && text.toLowerCase() === wanted) into[at] = 1;
      });
    }
  }
}

/** Of a list, each member on top of those before it. */
function ofTexts(take: (text: string, into: Float32Array, at: number) => void): Encode {
  return (value, into, at) => {
    if (Array.isArray(value)) return eachText(value, (text) => take(text, into, at));
    const text = firstText(value);
    if (text !== undefined) take(text, into, at);
  };
}

/** What a person is shown of a value: its number where the feature is one, and its text otherwise. */
function actualOf(
  { encode }: PerEventFeature,
  value: Json | undefined,
  first: number,
): number | string | null {
  if (value === undefined || value === null) return null;
  if (encode === 'tokens' || encode === 'length') return first;
  if (encode === 'number' || encode === 'log') {
    const number = numberOf(value);
    return Number.isNaN(number) ? null : number;
  }
  const texts: string[] = [];
  eachText(value, (text) => texts.push(text));
  return texts.length === 0 ? null : texts.join(', ').slice(0, shown);
}

/** A number that was expected in a column, as an event would have said it. */
export function expectedOf({ encode }: { readonly encode: string }, value: number): number | null {
  if (!Number.isFinite(value) || encode === 'cyclic' || encode === 'ngrams') return null;
  return encode === 'log' ? Math.sign(value) * Math.expm1(Math.abs(value)) : value;
}

/** UTF-16 units of a text that a person is shown. */
const shown = 1_024;

/** The natural logarithm of 1 + x, for negative x mirrored. @see numpy.log1p */
export const signedLog = (number: number): number => Math.sign(number) * Math.log1p(Math.abs(number));

/** Runs of anything but white space and control characters. */
function tokensOf(text: string): number {
  let count = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const space = code <= 32 || code === 0xa0;
    if (!space && !inside) count++;
    inside = !space;
  }
  return count;
}
