import type { FeatureEncoder } from '@tidewatch/features';
import type { Manifest } from '@tidewatch/models';
import { createDriftSeries, type DriftSeries, type SeriesState } from './drift_series.ts';
import type { SeriesDrift, VersionDrift } from './protocol.ts';

/** A window is over when it has so many scores and took so long, by the time of taking. */
export interface DriftWindow {
  readonly scores: number;
  readonly ms: number;
}

/**
 * Watches whether a version sees what its manifest says that it was trained on, or, where that says nothing, still sees what it saw in its
 * first window: its score, and each of its features. Each partition
 * is compared with itself, so that one that goes to another process changes nothing.
 */
export interface DriftWatch {
  /**
   * @param rows columns of features, row by row; empty for a model that has none
   * @param taken when the last of these events was taken, epoch milliseconds
   */
  add(partition: number, scores: Float32Array, rows: Float32Array, taken: number): void;
  /** Of each series that of the partition that moved most. */
  drift(): VersionDrift;
  /** Plain data; undefined where nothing came. */
  save(partition: number): DriftState | undefined;
  /** What was saved of other series is left alone: they begin anew. */
  restore(partition: number, state: DriftState): void;
  drop(partition: number): void;
}

export interface DriftState {
  readonly scores: number;
  readonly begun: number;
  readonly since: number;
  readonly windows: number;
  readonly series: readonly SeriesState[];
}

interface Watched {
  /** Of the window under way. */
  scores: number;
  since: number;
  /** When the first event was taken. */
  readonly begun: number;
  /** Those that are over. */
  windows: number;
  readonly series: readonly DriftSeries[];
}

/** @param columns of the model's features */
export function createDriftWatch(
  manifest: Manifest,
  columns: FeatureEncoder['columns'],
  window: DriftWindow,
): DriftWatch {
  const partitions = new Map<number, Watched>();
  const fresh = (since: number): Watched => ({
    scores: 0,
    since,
    begun: since,
    windows: 0,
    series: createDriftSeries(manifest, columns),
  });

  return {
    add(partition, scores, rows, taken) {
      if (scores.length === 0) return;
      const watched = partitions.get(partition) ?? fresh(taken);
      partitions.set(partition, watched);
      if (watched.scores === 0) watched.since = taken;
      for (const series of watched.series) series.add(scores, rows, watched.since - watched.begun);
      watched.scores += scores.length;
      if (watched.scores < window.scores || taken - watched.since < window.ms) return;
      for (const series of watched.series) series.compare();
      watched.scores = 0;
      watched.windows++;
    },
    drift() {
      const all = [...partitions.values()];
      const most = new Map<string | null, SeriesDrift>();
      for (const { series } of all)
        for (const { feature, last } of series)
          if (last !== undefined && last.ratio >= (most.get(feature)?.ratio ?? 0))
            most.set(feature, { feature, ...last });
      return {
        scores: all.reduce((sum, { scores }) => sum + scores, 0),
        windows: Math.max(0, ...all.map(({ windows }) => windows)),
        series: [...most.values()],
      };
    },
    save(partition) {
      const watched = partitions.get(partition);
      if (watched === undefined) return undefined;
      return { ...watched, series: watched.series.map((series) => series.save()) };
    },
    restore(partition, { series: saved, ...state }) {
      const watched = { ...fresh(0), ...state };
      const same =
        saved.length === watched.series.length &&
        watched.series.every(({ feature }, i) => feature === saved[i]?.feature);
      if (!same) return;
      for (const [i, series] of watched.series.entries()) series.restore(saved[i] as SeriesState);
      partitions.set(partition, watched);
    },
    drop: (partition) => void partitions.delete(partition),
  };
}
