import type { SystemStatus } from '@tidewatch/api';
import type { LetterTotal } from '@tidewatch/ingest';
import { isOwnClass } from '@tidewatch/store';
import type { Stream } from '@tidewatch/stream';
import { databasesOf } from './adapters.ts';
import { demoClass } from './demonstration.ts';
import type { Runtime } from './runtime.ts';
import { perMinute } from './statistics.ts';

const day = 86_400_000;

/** Puts together what the health page shows from those who know it. */
export function createSystemStatus(runtime: Runtime): SystemStatus {
  const { adapters, letters, parts, plugins } = runtime;
  return {
    disk() {
      if (parts.disk === undefined) throw new TypeError('This process does not watch its disk.');
      return parts.disk.report();
    },
    async health() {
      const open = (await letters?.totals()) ?? [];
      const stats = await databasesOf(adapters).store.events.stats();
      const { governance } = runtime;
      const rules = parts.detector?.rules() ?? [];
      const rejected = rules.filter(({ state }) => state === 'rejected').length;
      return {
        listeners: parts.inputs.flatMap(({ name, input }) =>
          input.listeners().map((listener) => ({ input: name, ...listener })),
        ),
        sources: sourcesOf(runtime, open),
        streams: await Promise.all(
          [adapters.events, adapters.deadLetters, adapters.letterOutcomes].map(streamHealth),
        ),
        rules: {
          loaded: rules.filter(({ state }) => state === 'loaded').length,
          rejected,
          flagged: rules.filter(({ cost, quarantine }) => cost?.flagged && quarantine === undefined).length,
          quarantined: rules.filter(({ quarantine }) => quarantine !== undefined).length,
        },
        plugins: plugins.map((plugin) => {
          const { name, kind } = plugin.description;
          return { name, kind, ...plugin.state() };
        }),
        deadLetters: deadLetterTotals(open),
        store: {
          events: stats.events,
          bytes: stats.bytes,
          classes: governance.classes.all.map(({ name, ttlMs, synthetic }) => {
            const own = stats.partitions.filter(({ dataClass }) => dataClass === name);
            return {
              dataClass: name,
              ttlDays: ttlMs / day,
              approval: approvalOf(name, synthetic, governance.approved),
              events: own.reduce((sum, { events }) => sum + events, 0),
              bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
            };
          }),
          kept: adapters.retention.list(),
        },
      };
    },
  };
}

function approvalOf(name: string, synthetic: boolean, approved: ReadonlySet<string>) {
  if (approved.has(name)) return 'approved';
  if (synthetic) return 'synthetic';
  return isOwnClass(name) ? 'own' : 'open';
}

function sourcesOf({ sources, parts }: Runtime, open: readonly LetterTotal[]) {
  const now = Date.now();
  const gone = parts.demonstration?.active() === false ? demoClass : undefined;
  const known = new Map([...(sources?.entries() ?? [])].filter(([, { dataClass }]) => dataClass !== gone));
  const failed = new Map<string, number>();
  for (const { source, count } of open) failed.set(source, (failed.get(source) ?? 0) + count);
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
      failures: failed.get(source) ?? 0,
    };
  });
}

async function streamHealth(stream: Stream) {
  const { stream: name, partitions, bytes, groups, damage, deletedUnread } = await stream.stats();
  return {
    stream: name,
    records: partitions.reduce((sum, { first, next }) => sum + next - first, 0),
    bytes,
    damage: damage.tornTails + damage.quarantinedRecords + damage.missingRecords,
    deletedUnread: deletedUnread ?? 0,
    groups: groups.map(({ group, records, seconds }) => ({ group, records, seconds })),
  };
}

function deadLetterTotals(totals: readonly LetterTotal[]) {
  const reasons = new Map<string, number>();
  for (const { reason, count } of totals) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  return {
    total: totals.reduce((sum, { count }) => sum + count, 0),
    reasons: [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
  };
}
