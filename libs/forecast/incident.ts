import type { StateReader, StateWriter } from './state_bytes.ts';

/** A value, and what was expected of it. Times are of the clock that seasons go by. */
export interface Away {
  readonly time: number;
  readonly value: number;
  readonly expected: number;
}

/** The values that are off to one side now, without a break. */
export interface Incident {
  /**
   * @param side on which the last values are off together: -1, 1, or 0 for neither
   * @returns undefined while there is an incident; else the values of a brief one that is over now
   */
  readonly note: (away: Away, side: number) => readonly Away[] | undefined;
  /** Seconds since it began; 0 where there is none. */
  readonly lasts: () => number;
  readonly values: () => readonly Away[];
  readonly clear: () => void;
  readonly save: (state: StateWriter) => void;
}

/** What comes back within so many seconds goes on. */
const pause = 600;
/** What lasts longer is not the way of the series. */
const briefly = 1_800;

/** @param saved goes on from there */
export function createIncident(saved?: StateReader): Incident {
  let side = 0;
  let lastOut = 0;
  let values: Away[] = [];
  if (saved !== undefined) {
    [side, lastOut] = [saved.number(), saved.number()];
    const [times, measured, expected] = [saved.numbers(), saved.numbers(), saved.numbers()];
    values = Array.from(times, (time, i) => ({
      time,
      value: measured[i] as number,
      expected: expected[i] as number,
    }));
  }

  const from = (): number => values[0]?.time ?? 0;
  function clear(): void {
    side = 0;
    values = [];
  }

  return {
    note(away, to) {
      const goesOn = side !== 0 && to !== -side && away.time - lastOut < pause;
      if (to === 0 && !goesOn) {
        const brief = lastOut - from() <= briefly ? values : [];
        clear();
        return brief;
      }
      if (!goesOn) values = [];
      if (to !== 0) [side, lastOut] = [to, away.time];
      values.push(away);
      return undefined;
    },
    lasts: () => (values.at(-1)?.time ?? 0) - from(),
    values: () => values,
    clear,
    save(state) {
      for (const each of [side, lastOut]) state.number(each);
      state.numbers(values.map(({ time }) => time));
      state.numbers(values.map(({ value }) => value));
      state.numbers(values.map(({ expected }) => expected));
    },
  };
}
