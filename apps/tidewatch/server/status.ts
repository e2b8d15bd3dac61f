import type { SystemStatus } from '@tidewatch/api';
import { decodeDeadLetter } from '@tidewatch/ingest';
import type { KeyedStage, Stream } from '@tidewatch/stream';
import { demoClass } from './demonstration.ts';
import type { Runtime } from './runtime.ts';
import { type FailureState, perMinute } from './statistics.ts';

/** How much of a dead letter's raw bytes people are shown. */
const rawShown = 8 * 1024;
const day = 86_400_000;

/** Puts together what the health page shows from those who know it. */
export function createSystemStatus(runtime: Runtime): SystemStatus {
  const { adapters, failures, governance, parts, plugins } = runtime;
  return {
    async health() {
      const stats = await adapters.store.events.stats();
      const rules = parts.detector?.rules() ?? [];
      const rejected = rules.filter(({ state }) => state === 'rejected').length;
      return {
        listeners: parts.inputs.flatMap(({ name, input }) =>
          input.listeners().map((listener) => ({ input: name, ...listener })),
        ),
        sources: sourcesOf(runtime),
        streams: await Promise.all([adapters.events, adapters.deadLetters].map(streamHealth)),
        rules: { loaded: rules.filter(({ state }) => state === 'loaded').length, rejected },
        plugins: plugins.map((plugin) => {
          const { name, kind } = plugin.description;
          return { name, kind, ...plugin.state() };
        }),
        deadLetters: deadLetterTotals(failures),
        store: {
          events: stats.events,
          bytes: stats.bytes,
          classes: governance.classes.all.map(({ name, ttlMs, synthetic }) => {
            const own = stats.partitions.filter(({ dataClass }) => dataClass === name);
            return {
              dataClass: name,
              ttlDays: ttlMs / day,
              approved: synthetic || governance.approved.has(name),
              events: own.reduce((sum, { events }) => sum + events, 0),
              bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
            };
          }),
          kept: adapters.retention.list(),
        },
      };
    },
    deadLetters: (limit, before) => readLetters(adapters.deadLetters, limit, before),
  };
}

function sourcesOf({ sources, failures, parts }: Runtime) {
  const now = Date.now();
  const gone = parts.demonstration?.active() === false ? demoClass : undefined;
  const known = new Map([...sources.entries()].filter(([, { dataClass }]) => dataClass !== gone));
  const failed = new Map([...failures.entries()]);
  return [...new Set([...known.keys(), ...failed.keys()])].sort().map((source) => {
    const state = known.get(source);
    return {
      source,
      ...(state === undefined ? {} : { dataset: state.dataset }),
      dataClass: state?.dataClass ?? '',
      events: state?.events ?? 0,
      lastEvent: state?.lastEvent ?? null,
      lastIngested: state?.lastIngested ?? null,
      perMinute: state === undefined ? 0 : perMinute(state, now),
      failures: Object.values(failed.get(source) ?? {}).reduce((sum, count) => sum + count, 0),
    };
  });
}

async function streamHealth(stream: Stream) {
  const { stream: name, partitions, bytes, groups, damage } = await stream.stats();
  return {
    stream: name,
    records: partitions.reduce((sum, { first, next }) => sum + next - first, 0),
    bytes,
    damage: damage.tornTails + damage.quarantinedRecords,
    groups: groups.map(({ group, records, seconds }) => ({ group, records, seconds })),
  };
}

function deadLetterTotals(failures: KeyedStage<FailureState>) {
  const reasons = new Map<string, number>();
  for (const [, state] of failures.entries())
    for (const [reason, count] of Object.entries(state))
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  return {
    total: [...reasons.values()].reduce((sum, count) => sum + count, 0),
    reasons: [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
  };
}

/** Newest first. The embedded log has one partition of dead letters. */
async function readLetters(stream: Stream, limit: number, before?: number) {
  const [partition] = (await stream.stats()).partitions;
  if (partition === undefined) return { items: [] };
  const end = Math.min(before ?? partition.next, partition.next);
  const start = Math.max(partition.first, end - limit);
  const records = await stream.read({ partition: partition.partition, offset: start }, end - start);
  const items = records.reverse().map((record) => {
    const { stage, reason, message, source, raw } = decodeDeadLetter(record);
    return {
      offset: record.position.offset,
      at: new Date(record.appendedAt).toISOString(),
      stage,
      reason,
      message,
      source,
      raw: new TextDecoder().decode(raw.subarray(0, rawShown)),
      bytes: raw.length,
    };
  });
  return { items, ...(start > partition.first ? { next: start } : {}) };
}
