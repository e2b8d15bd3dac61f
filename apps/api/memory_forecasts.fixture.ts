import type { ForecastDesk } from './forecast_desk.ts';
import type { ForecastDetail } from './schemas/index.ts';

const ahead = { expected: 10, lower80: 8, upper80: 12, lower99: 5, upper99: 15 };
const windows = { '1d': 0.98, '7d': null };

/** One series of one value. */
export function memoryForecasts(at: number): ForecastDesk {
  const series: ForecastDetail = {
    name: 'events_per_minute',
    target: 'events_per_minute',
    state: 'learning',
    says: 'As expected.',
    values: 1,
    lastSample: at,
    actual: 11,
    score: 0.2,
    ...{ now: ahead, in1h: ahead, in4h: ahead, in24h: ahead },
    limit: null,
    breach: { soonest: null, likely: null },
    coverage: { level80: windows, level99: windows },
    relativeError: { in1h: windows, in24h: windows, backtest: { in1h: 0.7, in24h: 0.8 } },
    method: 'level',
    season: 0,
    lastFit: at,
    history: { times: [at], actual: [11], expected: [10], lower: [5], upper: [15] },
    future: {
      times: [at + 900_000],
      ...{ expected: [10], lower80: [8], upper80: [12], lower99: [5], upper99: [15] },
    },
  };
  return {
    list: () => ({
      ...{ at, runs: true, leftOut: 0, maxSeries: 500 },
      series: [series],
      targets: [{ name: series.name, series: 1 }],
    }),
    get: async (name) => (name === series.name ? series : undefined),
    acknowledge: async (name) => (name === series.name ? true : undefined),
  };
}
