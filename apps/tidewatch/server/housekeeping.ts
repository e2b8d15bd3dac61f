import { isTidewatchError } from '@tidewatch/event';
import { partitionPeriod, type TellDeletion } from '@tidewatch/store';
import { measureAlerts } from '../alerts/measure.ts';
import type { Runtime } from './runtime.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * What happens by the clock: gauges and the live health line every two seconds, alerts counted every minute, sealing of
 * closed partitions every minute, retention every hour, verdicts on alerts of models every minute. Answers how to stop.
 */
export function startHousekeeping(runtime: Runtime): () => void {
  const { log } = runtime;
  const every = (milliseconds: number, what: string, work: () => Promise<unknown>) => {
    const once = () => {
      work().catch((error: unknown) => {
        if (!isTidewatchError(error)) log.error({ err: error }, `${what} failed`);
        else log.warn({ code: error.code, reason: error.message }, `${what} failed`);
      });
    };
    // At once too: a process that was down for a week has a week to forget.
    once();
    const timer = setInterval(once, milliseconds);
    return () => clearInterval(timer);
  };
  const stops = [
    every(2 * second, 'Measuring', () => measure(runtime)),
    every(minute, 'Counting alerts', async () => {
      const { databases } = runtime.adapters;
      if (databases !== undefined) await measureAlerts(databases.store.alerts, runtime.metrics);
    }),
    every(hour, 'Retention', () => enforceRetention(runtime)),
    // Its own policies must know of lengthened times to live within a day, by which they wait longer than retention.
    every(hour, 'Setting up the cluster', async () => runtime.adapters.store?.setUp?.()),
    every(minute, 'Sealing or archiving', async () => runtime.adapters.store?.seal?.(Date.now())),
    every(minute, 'Comparing models with verdicts', async () =>
      runtime.parts.models?.judged.look(Date.now()),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

async function measure({ adapters, letters, metrics, live, parts, sources }: Runtime) {
  let lagRecords = 0;
  const { events, deadLetters: letterStream, letterOutcomes, matches } = adapters;
  for (const stream of [events, letterStream, letterOutcomes, ...(matches === undefined ? [] : [matches])]) {
    const { stream: name, groups, bytes, damage, deletedUnread } = await stream.stats();
    metrics.set('stream_size_bytes', { stream: name }, bytes);
    const { tornTails, quarantinedRecords, missingRecords } = damage;
    metrics.set('stream_damaged_records', { stream: name }, tornTails + quarantinedRecords + missingRecords);
    if (deletedUnread !== undefined)
      metrics.set('stream_deleted_unread_records', { stream: name }, deletedUnread);
    for (const { group, records, seconds } of groups) {
      metrics.set('consumer_lag_records', { group, stream: name }, records);
      metrics.set('consumer_lag_seconds', { group, stream: name }, seconds);
      lagRecords = Math.max(lagRecords, records);
    }
  }
  for (const [source, { lastEvent }] of sources?.entries() ?? [])
    metrics.set('source_last_event_timestamp_seconds', { source }, lastEvent / second);
  const rules = parts.detector?.loaded().rules ?? [];
  const rejected = rules.filter(({ state }) => state === 'rejected').length;
  const backlog = { normalise: 0, process: 0, index: 0 };
  for (const { stage, count } of (await letters?.totals()) ?? []) backlog[stage] += count;
  for (const [stage, count] of Object.entries(backlog))
    metrics.set('dead_letter_backlog_events', { stage }, count);
  const deadLetters = backlog.normalise + backlog.process + backlog.index;
  const loaded = rules.filter(({ state }) => state === 'loaded').length;
  live.publish('health', { rules: loaded, rejected, lagRecords, deadLetters });
}

async function measureOldest({ adapters, classes, metrics }: Runtime): Promise<void> {
  const { partitions } = (await adapters.databases?.store.events.stats()) ?? { partitions: [] };
  for (const { name } of classes.all) {
    const begins = partitions.flatMap(({ dataClass, partition }) =>
      dataClass === name ? [partitionPeriod(partition)?.from ?? Number.POSITIVE_INFINITY] : [],
    );
    const oldest = Math.min(...begins);
    if (Number.isFinite(oldest))
      metrics.set('retention_oldest_event_timestamp_seconds', { data_class: name }, oldest / second);
    else metrics.unset('retention_oldest_event_timestamp_seconds', { data_class: name });
  }
}

/** Makes everything that keeps data forget what is past its class's time to live, says so, and notes it for audits. */
async function enforceRetention(runtime: Runtime): Promise<void> {
  const { adapters, log, health } = runtime;
  const failures = await adapters.retention.run(Date.now(), tellDeletion(runtime));
  await measureOldest(runtime);
  for (const { keeper, message } of failures) log.error({ keeper, reason: message }, 'Retention failed');
  const late = failures.map(({ keeper, message }) => `${keeper}: ${message}`).join(' ');
  if (late === '') health.set('retention', 'ready');
  else health.set('retention', 'degraded', `Not everything could be deleted in time. ${late}`);
}

/** Says what is deleted of what is derived from events, and notes it for audits. */
export const tellDeletion =
  ({ adapters, metrics, log }: Pick<Runtime, 'adapters' | 'metrics' | 'log'>): TellDeletion =>
  async ({ keeper, dataClass, begins, ...rest }) => {
    if (!begins) {
      metrics.count('retention_deleted_events_total', { data_class: dataClass }, rest.records);
      log.info({ keeper, dataClass, ...rest }, 'Retention deleted');
    }
    const action = begins ? 'retention.deleting' : 'retention.delete';
    await adapters
      .audit({ who: 'retention', action, target: keeper, detail: { dataClass, ...rest } })
      .catch((error: Error) => {
        // Then nothing is deleted, and the next run tries again.
        if (begins) throw error;
        log.error({ keeper, reason: error.message }, 'The audit log did not take a deletion');
      });
  };
