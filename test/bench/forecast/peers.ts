import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initSync as initMstl, MSTL } from '@bsull/augurs/mstl';
import { initSync as initProphet, Prophet } from '@bsull/augurs/prophet';
import { optimizer } from '@bsull/augurs-prophet-wasmstan';
import { predict } from '@tidewatch/forecast';
import { type Forecaster, level, type Outlook, withoutGaps } from './accuracy.ts';
import { hours } from './series.ts';

const { horizon, seasons } = hours;
const wasm = (name: string): Buffer =>
  readFileSync(
    createRequire(import.meta.url)
      .resolve('@bsull/augurs')
      .replace(/core\.js$/, `${name}_bg.wasm`),
  );
initMstl({ module: wasm('mstl') });
initProphet({ module: wasm('prophet') });
/** Prophet wants times: a Monday, midnight UTC. */
const start = Date.UTC(2026, 0, 5) / 1_000;

export const own: Forecaster = (history) => {
  const prediction = predict(history, { horizon, seasons });
  if (prediction === undefined) throw new Error('Nothing was predicted.');
  return { expected: prediction.expected, ...prediction.band(level) };
};

export const seasonalNaive: Forecaster = (history) => {
  const [season] = seasons;
  const filled = withoutGaps(history);
  const expected = Float64Array.from(
    { length: horizon },
    (_, step) => filled[filled.length - season + (step % season)] as number,
  );
  return { expected, lower: expected, upper: expected };
};

/** As its documentation uses it: both seasons, an automatic ETS for the trend. */
export const mstl: Forecaster = (history) => {
  const model = MSTL.ets([...seasons], { impute: true });
  try {
    model.fit(history);
    return outlook(model.predict(horizon, level));
  } finally {
    model.free();
  }
};

/** With its defaults, which find the daily and weekly season by the times; gaps are left out. */
export const prophet: Forecaster = (history) => {
  const known = [...history.keys()].filter((t) => !Number.isNaN(history[t]));
  const at = (t: number): number => start + t * 3_600;
  const model = new Prophet({ optimizer, intervalWidth: level, uncertaintySamples: 300 });
  try {
    model.fit({ ds: known.map(at), y: known.map((t) => history[t] as number) });
    return outlook(
      model.predict({ ds: Array.from({ length: horizon }, (_, i) => at(history.length + i)) }).yhat,
    );
  } finally {
    model.free();
  }
};

function outlook({
  point,
  intervals,
}: {
  readonly point: number[];
  readonly intervals: { readonly lower: number[]; readonly upper: number[] } | undefined;
}): Outlook {
  return {
    expected: Float64Array.from(point),
    lower: Float64Array.from(intervals?.lower ?? point),
    upper: Float64Array.from(intervals?.upper ?? point),
  };
}
