import type { DeepReadonly } from './deep_readonly.ts';
import type { ForecastDetail, ForecastList } from './schemas/index.ts';

/** What is expected of series of numbers. */
export interface ForecastDesk {
  list(): DeepReadonly<ForecastList>;
  /**
   * Rejects with FORECASTER_AWAY (503) where nobody answers; undefined where no series has that name.
   *
   * @param from epoch milliseconds
   */
  get(name: string, from: number, points: number): Promise<DeepReadonly<ForecastDetail> | undefined>;
  /**
   * Takes what is off of a series for its new level. Rejects as `get` does.
   *
   * @returns false where nothing is off, undefined where no series has that name
   */
  acknowledge(name: string): Promise<boolean | undefined>;
}
