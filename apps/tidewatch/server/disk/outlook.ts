import type { DiskReport } from '@tidewatch/api/schemas';
import type { DataClass } from '@tidewatch/event';
import { type Breach, breachOf, type Growth, growthOf, type Lifetime } from '@tidewatch/forecast';
import { longestPartition, partitionPeriod } from '@tidewatch/store';
import type { Measured, PartitionSizes } from './measure.ts';
import type { SizeHistory } from './size_history.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** How far back the mix of classes is looked at, by which what comes is expected to leave. */
const mixMs = 7 * day;

/** From which increments the growth was told, longest first, and how far ahead that may be trusted, hours. */
const bases = [
  { basis: 'weeks', steps: 'hours', period: 7 * 24, back: 60 * 24, ahead: 400 * 24 },
  { basis: 'days', steps: 'hours', period: 24, back: 28 * 24, ahead: 90 * 24 },
  { basis: 'hours', steps: 'hours', period: 1, back: 48, ahead: 48 },
  { basis: 'minutes', steps: 'minutes', period: 1, back: 60, ahead: 6 },
] as const;

/** When a store is expected to reach its budget; times in epoch milliseconds. */
export type Outlook = NonNullable<DiskReport['stores'][number]['outlook']>;

/** How long a class stays in a store, milliseconds; undefined for a class that nobody deletes. */
export type LifeOf = (dataClass: DataClass) => number | undefined;

/**
 * When a store reaches its budget, as its growth and its expiry go on. Undefined where there is too little history.
 *
 * The longest basis knows weekdays and nights, and so comes first. A shorter one counts where it is sure of a breach before
 * the soonest that the longer one sees: that is a surge.
 */
export function outlookOf(
  row: Measured,
  history: Pick<SizeHistory, 'hours' | 'minutes'>,
  lifeOf: LifeOf,
  now: number,
): Outlook | undefined {
  let chosen: Outlook | undefined;
  for (const { basis, steps, period, back, ahead } of bases) {
    const perStep = growthOf(history[steps](row.store).slice(-back - 1), period);
    if (perStep === undefined) continue;
    const growth = scaled(perStep, steps === 'hours' ? 1 : 60);
    const breach = breachOf({
      level: row.held,
      growth,
      limit: row.budget,
      steps: ahead,
      ...expiry(row.partitions ?? new Map(), lifeOf, now, ahead),
    });
    const outlook = atTimes(breach, basis, growth, now, ahead);
    const surges =
      outlook.latest !== undefined && outlook.latest < (chosen?.soonest ?? Number.POSITIVE_INFINITY);
    if (chosen === undefined || surges) chosen = outlook;
  }
  return chosen;
}

const scaled = ({ low, likely, high }: Growth, by: number): Growth => ({
  low: low * by,
  likely: likely * by,
  high: high * by,
});

function atTimes(
  { peak, ...breach }: Breach,
  basis: Outlook['basis'],
  growth: Growth,
  now: number,
  ahead: number,
): Outlook {
  const times = Object.entries(breach).map(([edge, steps]) => [edge, Math.round(now + steps * hour)]);
  const until = now + ahead * hour;
  return { basis, until, growth: scaled(growth, 24), peak, ...Object.fromEntries(times) };
}

/** When partitions leave that are there, hour by hour, and how long what comes will stay, if its mix is that of the last week. */
function expiry(partitions: PartitionSizes, lifeOf: LifeOf, now: number, ahead: number) {
  const leaving = new Float64Array(ahead + 1);
  const rates = new Map<DataClass, { bytes: number; ms: number }>();
  for (const [key, bytes] of partitions) {
    const [dataClass = '', name = ''] = key.split('/');
    const period = partitionPeriod(name);
    const life = lifeOf(dataClass);
    if (period === undefined || life === undefined) continue;
    const step = Math.max(0, Math.ceil((period.to + life - now) / hour));
    if (step <= ahead) leaving[step] = (leaving[step] as number) + bytes;
    if (period.to <= now - mixMs) continue;
    const seen = rates.get(dataClass) ?? { bytes: 0, ms: 0 };
    seen.bytes += bytes;
    seen.ms += Math.max(hour, Math.min(now, period.to) - period.from);
    rates.set(dataClass, seen);
  }
  for (let step = 1; step <= ahead; step++)
    leaving[step] = (leaving[step] as number) + (leaving[step - 1] as number);
  return { leaving, lifetimes: lifetimesOf(rates, lifeOf) };
}

function lifetimesOf(
  rates: ReadonlyMap<DataClass, { readonly bytes: number; readonly ms: number }>,
  lifeOf: LifeOf,
): Lifetime[] {
  const perMs = [...rates].map(([dataClass, { bytes, ms }]) => ({ dataClass, rate: bytes / ms }));
  const all = perMs.reduce((sum, { rate }) => sum + rate, 0);
  if (all === 0) return [];
  return perMs.map(({ dataClass, rate }) => {
    const life = lifeOf(dataClass) ?? 0;
    // A partition goes as a whole, so its first event stays for one partition longer.
    return { share: rate / all, steps: (life + longestPartition(life)) / hour };
  });
}
