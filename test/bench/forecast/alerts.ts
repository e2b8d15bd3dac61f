import { setImmediate } from 'node:timers/promises';
import { createMonitor, type Monitor, restoreMonitor } from '@tidewatch/forecast';
import { createDice } from './series.ts';

const minute = 60;
const day = 1_440;
/** A Monday, midnight UTC. */
const start = Date.UTC(2026, 5, 1) / 1_000;

/** The value at each minute since the start, in order. */
type Minutes = (i: number) => number;

/** A daily swing of half its level with 5 % noise: what the design's steps are asked of. Peak at 360, trough at 1080. */
function dailySwing(seed: number): Minutes {
  const { normal } = createDice(seed);
  return (i) => 1_000 * (1 + 0.5 * Math.sin((2 * Math.PI * i) / day)) * (1 + 0.05 * normal());
}

/**
 * Whether the alert `score > 1` fires with `for: 3m` and `keep_firing_for: 10m`, where a score comes each minute: it does
 * from the fourth score in a row on, until none was above 1 for ten minutes.
 */
export function createAlert(): (score: number) => boolean {
  let inRow = 0;
  let quiet = 0;
  let fires = false;
  return (score) => {
    inRow = score > 1 ? inRow + 1 : 0;
    quiet = score > 1 ? 0 : quiet + 1;
    fires = inRow >= 4 || (fires && quiet < 10);
    return fires;
  };
}

export interface Step {
  readonly factor: number;
  /** Minute of the day that it begins at. */
  readonly place: number;
  /** Minutes until the alert fires, the first changed value's being 0; undefined where it never does. */
  readonly detected: number | undefined;
  /** Share of its length in which the alert fires. */
  readonly held: number;
}

const lasts = 120;
/** Peak, falling flank, trough, rising flank. */
export const places = [360, 720, 1_080, 1_380] as const;

/** Steps of a series that was watched for a week, each from the same state. */
export async function steps(seed: number, factors: readonly number[]): Promise<Step[]> {
  const value = dailySwing(seed);
  const monitor = createMonitor({ step: minute });
  const found: Step[] = [];
  for (let i = 0; i < 8 * day; i++) {
    if (i >= 7 * day && places.some((place) => place === i % day)) {
      const saved = monitor.save();
      for (const factor of factors) found.push(stepFrom(saved, i, factor, seed));
    }
    monitor.observe(start + i * minute, value(i));
    if (i % day === 0) await setImmediate();
  }
  return found;
}

function stepFrom(saved: Uint8Array, at: number, factor: number, seed: number): Step {
  const value = dailySwing(seed * 7_919 + at + Math.round(factor * 100));
  const monitor = restoreMonitor(saved) as Monitor;
  const alert = createAlert();
  const fires = Array.from({ length: lasts }, (_, i) =>
    alert(monitor.observe(start + (at + i) * minute, factor * value(at + i)).score),
  );
  const first = fires.indexOf(true);
  return {
    factor,
    place: at % day,
    detected: first < 0 ? undefined : first,
    held: fires.filter(Boolean).length / lasts,
  };
}

/** Usual ways of a pipeline's series, without any incident. */
const usual: readonly ((seed: number) => Minutes)[] = [
  dailySwing,
  (seed) => wandering(seed, { size: 0.05, share: 0.9 }),
  (seed) => wandering(seed, { size: 0.08, share: 0.98 }),
  (seed) => wandering(seed, { size: 0.05, share: 0.5, rest: 0.4 }),
  (seed) => {
    const { normal } = createDice(seed);
    return (i) => {
      const mean = 40 * Math.exp(0.8 * Math.sin((2 * Math.PI * i) / day));
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    };
  },
  // Bursts of a few minutes as a matter of course.
  (seed) => {
    const [swing, dice] = [dailySwing(seed), createDice(seed + 1)];
    let left = 0;
    return (i) => {
      if (dice.between(0, 1) < 6 / day) left = Math.ceil(dice.between(0, 4));
      return swing(i) * (left-- > 0 ? 2.5 : 1);
    };
  },
  (seed) => {
    const { between } = createDice(seed);
    return () => (between(0, 1) < 0.05 ? Math.ceil(between(0, 9)) : 0);
  },
];

/** A daily swing whose noise goes with that before it by `share`, quieter at the week-end by `rest`. */
function wandering(
  seed: number,
  { size, share, rest = 0 }: { size: number; share: number; rest?: number },
): Minutes {
  const { normal, between } = createDice(seed);
  const peak = between(0, day);
  let noise = 0;
  return (i) => {
    noise = share * noise + Math.sqrt(1 - share ** 2) * normal();
    const shape = 1 + 0.5 * Math.sin((2 * Math.PI * (i - peak)) / day);
    return 500 * shape * (Math.floor(i / day) % 7 > 4 ? 1 - rest : 1) * (1 + size * noise);
  };
}

/** @returns of each target how often its alert began in the last `judged` days of `days` */
export async function falseAlerts(
  seed: number,
  targets: number,
  { days, judged }: { readonly days: number; readonly judged: number },
): Promise<number[]> {
  const begun: number[] = [];
  for (let target = 0; target < targets; target++) {
    const value = (usual[target % usual.length] as (seed: number) => Minutes)(seed * 10_007 + target);
    const monitor = createMonitor({ step: minute });
    const alert = createAlert();
    let fired = false;
    let count = 0;
    for (let i = 0; i < days * day; i++) {
      const fires = alert(monitor.observe(start + i * minute, value(i)).score);
      if (fires && !fired && i >= (days - judged) * day) count++;
      fired = fires;
      if (i % day === 0) await setImmediate();
    }
    begun.push(count);
  }
  return begun;
}
