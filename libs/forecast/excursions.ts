import type { StateReader, StateWriter } from './state_bytes.ts';

const day = 86_400;
const hour = 3_600;
const keptDays = 7;
/** What lasts longer is an incident, not the way of the series. */
const longest = 1_800;
/** What comes back within so many seconds goes on. */
const pause = 600;
/** Values in a row that make one. */
export const sustained = 3;
/** The next one may be a little higher than the highest of a week. */
const margin = 1.1;

/**
 * How far a series leaves its band for a while, and comes back, as a matter of course: values that go with those before
 * them do, however well the band holds its share. The band is widened so that it would not have happened in the last week.
 */
export interface Excursions {
  /** Takes the score of a value, 1 at the edge of the band. */
  readonly note: (time: number, score: number) => void;
  /** By how much the band is to be wider at a time, at least 1. */
  readonly allowance: (time: number) => number;
  readonly save: (state: StateWriter) => void;
}

/** @param saved goes on from there */
export function createExcursions(saved?: StateReader): Excursions {
  let kept: { readonly time: number; readonly peak: number }[] = [];
  const last: number[] = [];
  let since = 0;
  let peak = 0;
  let lastOut = Number.NEGATIVE_INFINITY;
  let allowed = 1;
  let judgedAt = Number.NEGATIVE_INFINITY;
  if (saved !== undefined) {
    const [times, peaks] = [saved.numbers(), saved.numbers()];
    kept = Array.from(times, (time, i) => ({ time, peak: peaks[i] as number }));
    last.push(...saved.numbers());
    [since, peak, lastOut] = [saved.number(), saved.number(), saved.number()];
    [allowed, judgedAt] = [saved.number(), saved.number()];
  }

  function end(time: number): void {
    if (peak > 0 && lastOut - since <= longest) {
      kept.push({ time, peak });
      judgedAt = Number.NEGATIVE_INFINITY;
    }
    peak = 0;
  }

  return {
    note(time, score) {
      if (!(score > 1)) {
        last.length = 0;
        if (peak > 0 && time - lastOut > pause) end(time);
        return;
      }
      if (time - lastOut > pause) {
        end(time);
        since = time;
      }
      lastOut = time;
      last.push(score);
      if (last.length > sustained) last.shift();
      if (last.length === sustained) peak = Math.max(peak, Math.min(...last));
    },
    allowance(time) {
      if (time - judgedAt < hour) return allowed;
      kept = kept.filter((each) => each.time > time - keptDays * day);
      allowed = kept.reduce((most, each) => Math.max(most, margin * each.peak), 1);
      judgedAt = time;
      return allowed;
    },
    save(state) {
      state.numbers(kept.map(({ time }) => time));
      state.numbers(kept.map((each) => each.peak));
      state.numbers(last);
      for (const each of [since, peak, lastOut, allowed, judgedAt]) state.number(each);
    },
  };
}
