import type { DataClass } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import { type Period, partitionName, partitionPeriod } from '../partition.ts';

/** Every index of events. Class names are `[a-z0-9_]`, so that no class's pattern finds another's. */
export const eventIndices = 'tidewatch-events-*';

/** Index of a class's time partition: `tidewatch-events-short-2024-05-01`. */
export const eventIndex = (dataClass: DataClass, partition: string): string =>
  `tidewatch-events-${dataClass}-${partition}`;

/**
 * Finds the index of a record by its class and ingestion time, and keeps what it made of each class's last one: the
 * records of a batch share their partition but at midnight.
 *
 * @param make called once per index and change of partition
 */
export function createIndexNames<T>(classes: DataClasses, make: (index: string) => T) {
  const last = new Map<DataClass, { readonly period: Period; readonly ttlMs: number; readonly made: T }>();
  return (dataClass: DataClass, ingested: number): T => {
    const known = last.get(dataClass);
    const ttlMs = classes.get(dataClass)?.ttlMs ?? 0;
    const isSame = known?.ttlMs === ttlMs && ingested >= known.period.from && ingested < known.period.to;
    if (isSame) return known.made;
    const partition = partitionName(ingested, ttlMs);
    const made = make(eventIndex(dataClass, partition));
    const period = partitionPeriod(partition);
    if (period !== undefined) last.set(dataClass, { period, ttlMs, made });
    return made;
  };
}

/** What an index holds; undefined where it is none of ours. */
export function partitionOf(
  index: string,
): { readonly dataClass: DataClass; readonly partition: string } | undefined {
  const [, dataClass, partition] = /^tidewatch-events-([a-z0-9_]+)-(.+)$/.exec(index) ?? [];
  return dataClass === undefined || partition === undefined ? undefined : { dataClass, partition };
}
