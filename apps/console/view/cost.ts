import type { RuleList } from '@tidewatch/api/schemas';
import { count } from './quantity.ts';

type Cost = NonNullable<RuleList['rules'][number]['cost']>;

/** A time of processing, from microseconds up: `3 µs`, `45 ms`, `1.2 s`. @param seconds 0 and above */
export function costFigure(seconds: number): string {
  if (seconds < 1e-3) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Math.round(seconds * 1e3)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${count(Math.round(seconds))} s`;
}

/** What a rule cost, in a sentence or two. */
export function costText({ evaluations, seconds, worstSeconds, explainingSeconds, share }: Cost): string {
  if (evaluations === 0) return 'It was not run on any event yet.';
  const mean = costFigure(seconds / evaluations);
  const explained =
    explainingSeconds > 0 ? ` Explaining its matches took ${costFigure(explainingSeconds)}.` : '';
  return `Run ${count(evaluations)} times, ${mean} each, ${costFigure(worstSeconds)} at worst: ${costFigure(seconds)} in all, ${(100 * share).toFixed(1)} % of late.${explained}`;
}
