import { type Figure, median, thousands } from '../report.ts';
import { ratios } from '../turns.ts';
import type { PseudonymFigures } from './pseudonyms_process.ts';

/** V4 and V7, of what the process measured. */
export function pseudonymFigures({ values, events }: PseudonymFigures): readonly Figure[] {
  const cached = median(values.cached);
  return [
    {
      id: 'V4',
      what: 'pseudonyms of values that came before, per CPU-second; of new ones',
      figure: `${thousands(cached)}; ${thousands(median(values.fresh))}`,
      bar: '> 100,000',
      met: cached > 100_000,
    },
    ...events.map(({ lines, without, with: hidden, texts }): Figure => {
      const share = median(ratios(texts, hidden)) * 100;
      return {
        id: 'V7',
        what: `${lines}: share of looking through texts in the CPU that reading an event under pseudonyms takes; of all, beside none`,
        figure: `${share.toFixed(0)} %, ${median(texts).toFixed(1)} µs; ${median(hidden).toFixed(0)} to ${median(without).toFixed(0)} µs`,
        bar: '≤ 10 %',
        met: share <= 10,
      };
    }),
  ];
}
