import type { ForecastDesk } from '@tidewatch/api';
import type { ForecastRow } from '@tidewatch/api/schemas';
import type { Figures, Forecaster } from '@tidewatch/forecaster';

const ms = 1_000;
/** Values before there is anything to say. */
const fewest = 10;

/** Shows what the forecaster knows. */
export function openForecastDesk(forecaster: Forecaster): ForecastDesk {
  return {
    list() {
      const known = forecaster.overview();
      if (known === undefined)
        return { at: null, runs: true, series: [], targets: [], leftOut: 0, maxSeries: 0 };
      const { series, targets, leftOut, maxSeries, away } = known.overview;
      return {
        ...{ at: known.time * ms, runs: true, targets, leftOut, maxSeries },
        series: series.map(rowOf),
        ...(away !== undefined && { away }),
      };
    },
    async get(name, from, points) {
      const figures = forecaster.overview()?.overview.series.find((one) => one.name === name);
      const detail = figures && (await forecaster.detail(name, from / ms, points));
      if (figures === undefined || detail === undefined) return undefined;
      const { times, actual, expected, lower, upper, future } = detail;
      return {
        ...rowOf(figures),
        history: {
          times: [...times.map(inMs)],
          ...{ actual: known(actual), expected: known(expected), lower: known(lower), upper: known(upper) },
        },
        future: {
          times: [...future.times.map(inMs)],
          expected: known(future.expected),
          ...{ lower80: known(future.inner.lower), upper80: known(future.inner.upper) },
          ...{ lower99: known(future.outer.lower), upper99: known(future.outer.upper) },
        },
      };
    },
    acknowledge: (name) => forecaster.acknowledge(name),
  };
}

const inMs = (seconds: number): number => seconds * ms;
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
const known = (values: Float64Array): (number | null)[] => Array.from(values, orNull);
const when = (seconds: number): number | null => orNull(seconds * ms);

function rowOf(figures: Figures): ForecastRow {
  const { name, target, state, values, ahead, breach, coverage, method, season } = figures;
  const { relativeError, backtest } = figures;
  return {
    ...{ name, target, state, values, method, season },
    says: wordsOf(figures),
    lastSample: when(figures.lastSample),
    actual: orNull(figures.actual),
    score: orNull(figures.score),
    now: aheadOf(ahead['0s']),
    in1h: aheadOf(ahead['1h']),
    in4h: aheadOf(ahead['4h']),
    in24h: aheadOf(ahead['24h']),
    limit: orNull(figures.limit),
    breach: { soonest: when(breach['0.99']), likely: when(breach['0']) },
    coverage: { level80: windowsOf(coverage['0.8']), level99: windowsOf(coverage['0.99']) },
    relativeError: {
      ...{ in1h: windowsOf(relativeError['1h']), in24h: windowsOf(relativeError['24h']) },
      backtest: { in1h: orNull(backtest['1h']), in24h: orNull(backtest['24h']) },
    },
    lastFit: when(figures.lastFit),
  };
}

const aheadOf = ({ expected, inner, outer }: Figures['ahead']['0s']): ForecastRow['now'] => ({
  expected: orNull(expected),
  lower80: orNull(inner[0]),
  upper80: orNull(inner[1]),
  lower99: orNull(outer[0]),
  upper99: orNull(outer[1]),
});

const windowsOf = (of: { readonly '1d': number; readonly '7d': number }) => ({
  '1d': orNull(of['1d']),
  '7d': orNull(of['7d']),
});

/** How it stands, in one sentence. */
function wordsOf({ state, values, score, actual, ahead }: Figures): string {
  if (state === 'waiting')
    return values < fewest
      ? `Waits for ${fewest} values; ${values} ${values === 1 ? 'is' : 'are'} there.`
      : 'Its first forecast is being made.';
  if (state === 'stale') return 'No value came of late: what is shown ahead is from before.';
  const learning =
    state === 'learning'
      ? ' Until it is known for two of its days, the level of the last day is expected.'
      : '';
  if (Number.isNaN(score)) return `How far values usually are off is not known yet.${learning}`;
  const side = actual > ahead['0s'].expected ? 'Above' : 'Below';
  return `${score > 1 ? `${side} what is usual.` : 'As expected.'}${learning}`;
}
