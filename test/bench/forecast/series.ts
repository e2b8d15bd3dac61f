import { random } from '../../seed.ts';

/** Hours of history that each series has, and what follows them. */
export const hours = { history: 960, horizon: 48, seasons: [24, 168] } as const;

/** A kind of series: the value at each step of its whole length. */
type Kind = (dice: Dice) => (t: number) => number;

interface Dice {
  readonly normal: () => number;
  /** In [low, high). */
  readonly between: (low: number, high: number) => number;
}

export function createDice(seed: number): Dice {
  const next = random(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { normal, between: (low, high) => low + (high - low) * next() };
}

/** A day with a peak and a shoulder, mean 0, about 1 high. */
function dayOf({ between }: Dice): (t: number) => number {
  const [peak, other, part] = [between(0, 24), between(0, 24), between(0.1, 0.5)];
  return (t) => Math.cos((2 * Math.PI * (t - peak)) / 24) + part * Math.cos((4 * Math.PI * (t - other)) / 24);
}

/** What the days of a week are above their mean. */
function weekOf({ between, normal }: Dice): (t: number) => number {
  const rest = between(0.4, 1.2);
  const days = Array.from({ length: 7 }, (_, day) => (day > 4 ? -rest : rest * 0.4) + 0.1 * normal());
  return (t) => days[Math.floor(t / 24) % 7] as number;
}

/** Noise that goes with what was before by `share`, of standard deviation `size`. */
function noiseOf({ normal }: Dice, size: number, share: number): () => number {
  let value = 0;
  return () => {
    value = share * value + Math.sqrt(1 - share ** 2) * normal();
    return size * value;
  };
}

/** Seeded kinds of series as a pipeline's metrics have them. All are 0 or more; NaN where nobody measured. */
export const kinds: Readonly<Record<string, Kind>> = {
  daily(dice) {
    const [day, noise, swing] = [dayOf(dice), noiseOf(dice, 0.1, 0.5), dice.between(0.2, 0.6)];
    return (t) => 100 * (1 + swing * day(t) * 0.6 + noise());
  },
  weekly(dice) {
    const [week, noise] = [weekOf(dice), noiseOf(dice, 0.1, 0.5)];
    return (t) => 100 * (2 + 0.6 * week(t) + noise());
  },
  'daily and weekly'(dice) {
    const [day, week, noise] = [dayOf(dice), weekOf(dice), noiseOf(dice, 0.15, 0.6)];
    return (t) => 100 * (3 + 0.6 * day(t) + 0.5 * week(t) + noise());
  },
  trend(dice) {
    const [day, noise, slope] = [dayOf(dice), noiseOf(dice, 0.1, 0.5), dice.between(0.5, 3)];
    return (t) => 100 * (3 + 0.5 * day(t) + (slope * t) / 960 + noise());
  },
  multiplicative(dice) {
    const [day, week, noise] = [dayOf(dice), weekOf(dice), noiseOf(dice, 0.1, 0.6)];
    const slope = dice.between(-0.3, 0.8);
    return (t) => 50 * Math.exp(0.5 * day(t) + 0.4 * week(t) + (slope * t) / 960 + noise());
  },
  'wandering level'(dice) {
    const [day, noise] = [dayOf(dice), noiseOf(dice, 0.05, 0)];
    let level = 0;
    return (t) => {
      level = 0.995 * level + 0.04 * dice.normal();
      return 100 * Math.max(0, 2.5 + level + 0.5 * day(t) + noise());
    };
  },
  'shifted level'(dice) {
    const [day, week, noise] = [dayOf(dice), weekOf(dice), noiseOf(dice, 0.12, 0.4)];
    const [at, factor] = [dice.between(300, 900), dice.between(0, 1) < 0.5 ? 0.6 : 1.7];
    return (t) => 100 * (t < at ? 1 : factor) * (3 + 0.5 * day(t) + 0.4 * week(t) + noise());
  },
  'days off and gaps'(dice) {
    const [day, week, noise] = [dayOf(dice), weekOf(dice), noiseOf(dice, 0.12, 0.5)];
    const off = [Math.floor(dice.between(5, 20)), Math.floor(dice.between(20, 38))];
    const gap = Math.floor(dice.between(100, 900));
    return (t) => {
      const value = 100 * (3 + 0.6 * day(t) + 0.5 * week(t) + noise());
      if (t >= gap && t < gap + 30) return Number.NaN;
      return off.includes(Math.floor(t / 24)) ? 0.5 * value : value;
    };
  },
  intermittent(dice) {
    const day = dayOf(dice);
    return (t) => (dice.between(0, 1) < 0.15 + 0.1 * Math.max(0, day(t)) ? Math.ceil(dice.between(0, 6)) : 0);
  },
  constant(dice) {
    const [value, noise] = [dice.between(5, 50), noiseOf(dice, 0.01, 0)];
    return () => value * (1 + noise());
  },
  counts(dice) {
    const [day, week, busy] = [dayOf(dice), weekOf(dice), dice.between(3, 30)];
    return (t) => {
      const mean = busy * Math.exp(0.6 * day(t) + 0.5 * week(t));
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * dice.normal()));
    };
  },
};

export interface Series {
  readonly kind: string;
  readonly history: Float64Array;
  readonly actual: Float64Array;
}

/** So many series of each kind, which follow from the seed alone. */
export function suite(seed: number, each: number): Series[] {
  return Object.entries(kinds).flatMap(([kind, create], row) =>
    Array.from({ length: each }, (_, i) => {
      const value = create(createDice(seed * 1_000_003 + row * 1_009 + i));
      const all = Float64Array.from({ length: hours.history + hours.horizon }, (__, t) => value(t));
      return { kind, history: all.slice(0, hours.history), actual: all.slice(hours.history) };
    }),
  );
}

/** A value for each minute since 1970, of a day and a week with 5 % noise. */
export function minutes(seed: number): (step: number) => number {
  const { normal, between } = createDice(1_000_003 + seed);
  const perDay = 1_440;
  const [peak, rest] = [between(0, perDay), between(0, 0.5)];
  return (step) => {
    const shape = 1 + 0.5 * Math.sin((2 * Math.PI * (step - peak)) / perDay);
    return 500 * shape * (Math.floor(step / perDay) % 7 > 4 ? 1 - rest : 1) * (1 + 0.05 * normal());
  };
}
