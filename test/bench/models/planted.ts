import { Random } from '@tidewatch/forest';

/** What is planted, in series of minutes whose day has so many steps. */
export const kinds = [
  'inside the usual range',
  'level shift',
  'missing peak',
  'changed rhythm',
  'nothing but drift',
] as const;
export type Kind = (typeof kinds)[number];

export interface Planted {
  readonly kind: Kind;
  readonly values: Float64Array;
  /** Steps that are odd, the first and the one after the last; absent where nothing is. */
  readonly odd?: readonly [number, number];
}

const day = 288;
const days = 10;

/** Normally distributed, about: around 0, with a deviation of 0.58. */
export const gauss = (random: Random): number =>
  random.next() + random.next() + random.next() + random.next() - 2;

/** Series of each kind, half of them with peaks on the hour, noise of 3 to 10 %; the same for the same seed. */
export function planted(seed: number, each: number): Planted[] {
  return kinds.flatMap((kind, k) =>
    Array.from({ length: each }, (_, i) => plant(kind, new Random(1_000 * seed + 100 * k + i))),
  );
}

function plant(kind: Kind, random: Random): Planted {
  const steps = days * day;
  const noise = 0.03 + 0.07 * random.next();
  const phase = random.next() * day;
  const hourly = random.next() < 0.5;
  const level = 10 + 90 * random.next();
  const at = Math.floor((7 + 2 * random.next()) * day);
  const usual = (t: number): number =>
    1 + 0.5 * Math.sin((2 * Math.PI * (t + phase)) / day) + (hourly && t % 12 === 0 ? 1 : 0);
  const lasts = { 'inside the usual range': 3, 'level shift': 24, 'missing peak': 24, 'changed rhythm': 48 };
  const values = Float64Array.from({ length: steps }, (_, t) => {
    const isOdd = kind !== 'nothing but drift' && t >= at && t < at + lasts[kind];
    let value = usual(t);
    if (kind === 'nothing but drift') value *= 1 + t / steps;
    if (kind === 'missing peak' && !isOdd) value += t % 12 === 6 ? 1 : 0;
    if (kind === 'level shift' && t >= at) value += 0.8;
    if (isOdd && kind === 'inside the usual range') value = 2.2 - value;
    if (isOdd && kind === 'missing peak') value = 1 + 0.5 * Math.sin((2 * Math.PI * (t + phase)) / day);
    if (isOdd && kind === 'changed rhythm') value += t % 4 < 2 ? 0.4 : -0.4;
    return level * (value + noise * gauss(random));
  });
  return kind === 'nothing but drift' ? { kind, values } : { kind, values, odd: [at, at + lasts[kind]] };
}

export interface Judged {
  readonly found: number;
  readonly of: number;
  /** Steps until it was found. */
  readonly delays: readonly number[];
  /** Alerts outside what is odd, per series and week, after two days of learning. */
  readonly perWeek: number;
}

/** Holds what was said of series, a score or grade a step, against what was planted: odd is what is above a threshold. */
export function judge(
  series: readonly Planted[],
  scores: readonly Float64Array[],
  threshold: number,
): Judged {
  const delays: number[] = [];
  let wrong = 0;
  for (const [i, { odd: span }] of series.entries()) {
    let last = Number.NEGATIVE_INFINITY;
    let found: number | undefined;
    for (let step = 2 * day; step < days * day; step++) {
      if (!((scores[i]?.[step] as number) > threshold)) continue;
      if (span !== undefined && step >= span[0] && step < span[1] + 8) found ??= step - span[0];
      else if (step - last > 10) wrong++;
      last = step;
    }
    if (found !== undefined) delays.push(found);
  }
  const of = series.filter((one) => one.odd !== undefined).length;
  return { found: delays.length, of, delays, perWeek: wrong / series.length / ((days - 2) / 7) };
}
