import { type DataClasses, partitionPeriod, type RetentionRegistry } from '@tidewatch/store';
import type { Stores } from '../stores.ts';

const day = 86_400_000;

/** Enrols events, their archive and alerts. */
export function enrolStore(registry: RetentionRegistry, store: Stores, classes: DataClasses): void {
  const { events, alerts } = store;
  registry.enrol({
    keeper: 'store/events',
    keeps: 'events, by class',
    dataClass: 'all',
    ttlMs: 'by class',
    expire: events.expire,
    overdue: (now) => neverDue(store, classes, now),
  });
  const { archive, seal } = store;
  // Who only reads it leaves it to those who store there.
  if (archive !== undefined && seal !== undefined)
    registry.enrol({
      keeper: 'archive',
      keeps: 'events by class, in copies of closed time partitions',
      dataClass: 'all',
      ttlMs: 'by class',
      expire: archive.expire,
    });
  registry.enrol({
    keeper: 'store/alerts',
    keeps:
      'alerts, with the events that are their evidence; changes of many of them, with the query and who, when and why',
    dataClass: 'alerts',
    ttlMs: 'by class',
    expire: alerts.expire,
  });
}

/** Events that retention will not delete: of classes that are not defined, or of a clock that was wrong. */
async function neverDue({ events }: Stores, classes: DataClasses, now: number): Promise<readonly string[]> {
  const { partitions } = await events.stats();
  return partitions.flatMap(({ dataClass, partition, events: count }) => {
    const what = `${count} events of the class ${dataClass} in the partition ${partition}`;
    if (classes.get(dataClass) === undefined)
      return [`Nobody deletes ${what}, since the class is not defined.`];
    const begins = partitionPeriod(partition)?.from ?? 0;
    return begins > now + day
      ? [`${what} were taken when the clock was ahead, and stay for as much longer.`]
      : [];
  });
}
