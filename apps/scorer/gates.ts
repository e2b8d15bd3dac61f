import type { ModelBacktest } from './backtest.ts';

/** What a version must have shown before it goes live. */
export interface Gate {
  readonly name: 'admission' | 'backtest' | 'alerts' | 'speed';
  readonly passed: boolean;
  /** One or two sentences with the figures. */
  readonly found: string;
}

export interface Budget {
  readonly alertsPerDay: number;
  /** Events a second. */
  readonly perSecond: number;
  /** Milliseconds that a backtest looks back. */
  readonly lookBack: number;
  /** Events that it must have scored, and milliseconds that they must be spread over: fewer say nothing. */
  readonly leastEvents: number;
  readonly leastTime: number;
}

const dayMs = 86_400_000;
/** With less than this chance a rate within the budget makes so many alerts. */
const chance = 0.01;

/** More events than these are not looked at while somebody waits. */
const mostBacktestEvents = 1_000_000;

/**
 * What a backtest says of the budget.
 *
 * @param now epoch ms
 */
export function gatesOf(result: ModelBacktest, budget: Budget, now: number): readonly Gate[] {
  const { perSecond } = result;
  return [
    { name: 'backtest', ...backtestGate(result, budget, now) },
    { name: 'alerts', ...alertsGate(result, budget, now) },
    {
      name: 'speed',
      passed: perSecond !== null && perSecond >= budget.perSecond,
      found:
        perSecond === null
          ? 'Nothing was scored, so nothing is known of its speed.'
          : `${rounded(perSecond)} events a second; ${budget.perSecond} are needed.`,
    },
  ];
}

/** That nothing was found says something only where enough was looked at. */
function backtestGate(
  { total, events, scored, span, faults }: ModelBacktest,
  { leastEvents, leastTime }: Budget,
  now: number,
): Omit<Gate, 'name'> {
  const [fault] = faults;
  if (fault !== undefined) return { passed: false, found: `It failed on stored events: ${fault}` };
  const isSample = events < total;
  const found = `${scored} of ${events} stored events are for it, ${isSample ? `taken evenly from ${total} ` : ''}in ${timeWords(span)}.`;
  if (scored >= leastEvents && span >= leastTime) return { passed: true, found };
  const needed = `${leastEvents} in ${timeWords(leastTime)} are the least.`;
  const way =
    span < leastTime
      ? `Wait until ${minuteOf(now + leastTime - span)} at least while events come, or force it.`
      : isSample
        ? `Look at more of them (events: ${least(total, 2 * leastEvents)}), or force it.`
        : 'Wait until more have come, or force it.';
  return { passed: false, found: `Too little was looked at: ${found} ${needed} ${way}` };
}

/** A few alerts in a short time are no rate: what they might be by chance is told as too little data. */
function alertsGate(result: ModelBacktest, budget: Budget, now: number): Omit<Gate, 'name'> {
  const { total, events, alerts, alertsPerDay, span, covered } = result;
  const { alertsPerDay: perDay } = budget;
  const sample = events < total ? `, looked at evenly in ${timeWords(span)}` : '';
  const found = `${alerts} ${alerts === 1 ? 'alert' : 'alerts'} in ${timeWords(covered)}${sample}; ${perDay} a day are the budget.`;
  if (alertsPerDay <= perDay) return { passed: true, found };
  if (chanceOf(alerts, (perDay * covered) / dayMs) < chance) return { passed: false, found };
  const { isOver, way } = wayToRate(result, budget, now);
  return { passed: false, found: `${isOver ? 'Over the budget' : 'Too little data'}: ${found} ${way}` };
}

/** What would show whether alerts that may be chance are within the budget. */
function wayToRate(
  { total, events, alerts, span, covered }: ModelBacktest,
  { alertsPerDay, lookBack }: Budget,
  now: number,
): { readonly isOver: boolean; readonly way: string } {
  const needed = (alerts / alertsPerDay) * dayMs;
  if (needed > lookBack)
    return {
      isOver: true,
      way: 'A backtest looks no further back, so waiting changes nothing: force it, or let the version shadow.',
    };
  // Twice what these alerts need to be within it: more events bring more alerts, too.
  const wanted = least(total, Math.ceil((2 * events * needed) / Math.max(1, covered)));
  if (events < total && wanted <= mostBacktestEvents)
    return { isOver: false, way: `Look at more of them (events: ${wanted}), or force it.` };
  if (events < total)
    return {
      isOver: false,
      way: `Even ${mostBacktestEvents} events would be too few: force it, or let the version shadow.`,
    };
  return {
    isOver: false,
    way: `Wait until ${minuteOf(now + needed - span)}, when so many are within it, or force it.`,
  };
}

const least = (total: number, wanted: number): number => Math.min(total, wanted);

/** That as many or more come where so many are expected, by Poisson; in logarithms, since e^-745 is 0. */
function chanceOf(count: number, expected: number): number {
  let fewer = 0;
  let factorial = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0) factorial += Math.log(i);
    fewer += Math.exp(i === 0 ? -expected : i * Math.log(expected) - expected - factorial);
  }
  return 1 - fewer;
}

const minuteOf = (time: number): string => `${new Date(time).toISOString().slice(0, 16)}Z`;

const rounded = (value: number): number => Number(value.toPrecision(3));

function timeWords(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return minutes < 2_880 ? `${rounded(minutes / 60)} h` : `${rounded(minutes / 1_440)} days`;
}
