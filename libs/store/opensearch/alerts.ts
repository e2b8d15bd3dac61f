import { randomUUID } from 'node:crypto';
import type { Alert, JsonObject, Status } from '@tidewatch/event';
import { actOn, type ChangeEntry, entryFor, undoOn, undoWindowMs } from '../alert_changes.ts';
import { bringInto, type Incoming, incomingFindings, incomingMatches } from '../alert_effects.ts';
import { buckets } from '../buckets.ts';
import type { DataClasses } from '../classes.ts';
import type { AlertChange, AlertEffect, AlertStore, Scope } from '../contract.ts';
import { errors } from '../errors.ts';
import { decodeToken, encodeToken } from '../page.ts';
import { forgetAlertChanges, keepAlertChange, readAlertChange } from './alert_change_log.ts';
import { alertIndex } from './alert_index.ts';
import { alertIn, alertSource } from './alert_record.ts';
import {
  type AlertFilter,
  type AlertHits,
  alertCondition,
  alertOrders,
  searchAlerts,
} from './alert_search.ts';
import { alterAlerts, type Decide, readAlerts } from './alert_write.ts';
import { byQuery, expunge } from './by_query.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

export interface AlertStoreDeps {
  /** Stays the caller's to close. */
  readonly connection: OpenSearchConnection;
  readonly classes: DataClasses;
  /** Epoch milliseconds (default `Date.now`). */
  readonly clock?: () => number;
}

interface Pair {
  readonly before: Alert;
  readonly after: Alert;
}

interface Counted {
  readonly key: string;
  readonly doc_count: number;
}

/**
 * Alerts in OpenSearch, on indices that `installAlertIndices` has made; the contract is {@link AlertStore}'s. Several
 * processes may write the same alerts at once. What one wrote it finds at once, and others within a second; what people
 * change everybody finds at once.
 */
export function createAlertStore({ connection, classes, clock = Date.now }: AlertStoreDeps): AlertStore {
  let hidden = false;
  let showing: Promise<unknown> = Promise.resolve();

  /** Makes searches find what this store wrote: the refresh is left to those who look. */
  function show(): Promise<unknown> {
    if (!hidden) return showing;
    hidden = false;
    const path = `/${alertIndex}/_refresh`;
    showing = request(connection, { method: 'POST', path }, 'alerts').catch((error: unknown) => {
      hidden = true;
      throw error;
    });
    return showing;
  }

  async function condition(request: AlertFilter, scope: Scope): Promise<JsonObject> {
    await show();
    return alertCondition(connection, request, scope, clock());
  }

  async function write<Result>(ids: Iterable<string>, decide: Decide<Result>): Promise<Result[]> {
    try {
      return await alterAlerts(connection, [...ids], decide);
    } finally {
      hidden = true;
    }
  }

  function bring(incoming: Incoming): Promise<AlertEffect[]> {
    const now = clock();
    return write(incoming.keys(), (id, alert) => {
      const effect = bringInto(alert, incoming.get(id) ?? [], now);
      return effect && { alert: effect.alert, result: effect };
    });
  }

  /** Changes alerts as a person asked for, and keeps what undoes it. */
  async function alter(
    ids: readonly string[],
    become: (alert: Alert, now: number) => Alert | undefined,
  ): Promise<AlertChange> {
    const now = clock();
    const pairs = await write<Pair>(ids, (_, before) => {
      const after = before && become(before, now);
      return before && after && { alert: after, result: { before, after } };
    });
    const changeId = randomUUID();
    const entries = pairs.map(({ before, after }) => entryFor(before, after));
    await keepAlertChange(connection, changeId, now, entries);
    // Another process may be asked next.
    await show();
    const changed = pairs.map(({ after }) => after);
    const done = new Set(changed.map(({ id }) => id));
    return { changeId, changed, conflicts: ids.filter((id) => !done.has(id)) };
  }

  async function aggregate<Answer>(query: JsonObject, aggs: JsonObject): Promise<Answer> {
    const body = { size: 0, track_total_hits: false, query, aggs };
    const answer = await searchAlerts<{ readonly aggregations: Answer }>(connection, body);
    return answer.aggregations;
  }

  async function remove(query: JsonObject): Promise<number> {
    const removed = await byQuery(connection, '_delete_by_query', alertIndex, { query });
    // What is deleted leaves the disk, too.
    if (removed > 0) await expunge(connection, alertIndex);
    return removed;
  }

  return {
    apply: (matches) => bring(incomingMatches(matches)),

    replace: (findings) => bring(incomingFindings(findings)),

    async search(request, scope) {
      const { keys, direction } = alertOrders[request.sort];
      const shape = keys.map((key) => (key === 'id' ? 'string' : 'number'));
      const after = request.after === undefined ? undefined : decodeToken(request.after, shape);
      const { hits } = await searchAlerts<AlertHits<Parameters<typeof alertIn>[0]>>(connection, {
        size: request.limit + 1,
        query: await condition(request, scope),
        sort: keys.map((key) => ({ [key]: direction })),
        ...(after && { search_after: after }),
        track_total_hits: false,
        _source: alertSource,
      });
      const page = hits.hits.slice(0, request.limit);
      const items = page.map(({ _source }) => alertIn(_source));
      const last = page.at(-1);
      if (hits.hits.length <= request.limit || last === undefined) return { items };
      return { items, next: encodeToken(last.sort) };
    },

    async count(filter, scope) {
      const query = await condition(filter, scope);
      const path = `/${alertIndex}/_count`;
      const params = { method: 'POST', path, body: { query } };
      return (await request<{ readonly count: number }>(connection, params, 'alerts')).body.count;
    },

    async histogram({ stepMs, split, ...filter }, scope) {
      const query = await condition(filter, scope);
      const { range } = filter;
      const field = split === 'level' ? 'rule.level' : 'status';
      const aggs = split && { aggs: { values: { terms: { field, size: 100 } } } };
      const fixed_interval = `${stepMs}ms`;
      const histogram = { field: 'tidewatch_alert.last', fixed_interval, min_doc_count: 1 };
      const { times } = await aggregate<{
        readonly times: {
          readonly buckets: readonly {
            readonly key: number;
            readonly doc_count: number;
            readonly values?: { readonly buckets: readonly Counted[] };
          }[];
        };
      }>(query, { times: { date_histogram: histogram, ...aggs } });
      const byStart = new Map(times.buckets.map((bucket) => [bucket.key, bucket]));
      return buckets(range, stepMs, (start) => {
        const found = byStart.get(start);
        const count = found?.doc_count ?? 0;
        if (split === undefined) return { start, count };
        const parts = (found?.values?.buckets ?? []).map(({ key, doc_count }) => [key, doc_count]);
        return { start, count, split: Object.fromEntries(parts) };
      });
    },

    async totals(filter, scope) {
      const by = (field: string): JsonObject => ({ field, size: 100, order: { _key: 'asc' } });
      const { levels } = await aggregate<{
        readonly levels: {
          readonly buckets: readonly (Counted & {
            readonly statuses: { readonly buckets: readonly Counted[] };
          })[];
        };
      }>(await condition(filter, scope), {
        levels: { terms: by('rule.level'), aggs: { statuses: { terms: by('status') } } },
      });
      return levels.buckets.flatMap(({ key: level, statuses }) =>
        statuses.buckets.map(({ key, doc_count: count }) => ({ level, status: key as Status, count })),
      );
    },

    async get(id, { dataClasses }) {
      const alert = (await readAlerts(connection, [id])).get(id)?.alert;
      const seen = alert !== undefined && (dataClasses === 'all' || dataClasses.includes(alert.dataClass));
      return seen ? alert : undefined;
    },

    change(ids, action, by) {
      const wanted = new Map(ids.map(({ id, version }) => [id, version]));
      return alter([...wanted.keys()], (alert, now) => {
        const version = wanted.get(alert.id) ?? alert.version;
        return version === alert.version ? actOn(alert, action, by, now) : undefined;
      });
    },

    async undo(changeId, by) {
      const kept = await readAlertChange(connection, changeId, clock() - undoWindowMs);
      if (kept === undefined) throw errors.CHANGE_UNKNOWN({ changeId });
      const entries = new Map<string, ChangeEntry>(kept.map((entry) => [entry.id, entry]));
      const change = await alter([...entries.keys()], (alert, now) => {
        const entry = entries.get(alert.id);
        return entry && undoOn(alert, entry, by, now);
      });
      await forgetAlertChanges(connection, { ids: { values: [changeId] } });
      return change;
    },

    confirmUpTo: (watermark, engine) =>
      byQuery(connection, '_update_by_query', alertIndex, {
        query: {
          bool: {
            filter: [
              { term: { 'tidewatch_alert.finality': 'provisional' } },
              { term: { engine } },
              { range: { 'tidewatch_alert.bucket_end': { lte: Math.floor(watermark) } } },
            ],
          },
        },
        script: { source: "ctx._source.tidewatch_alert.finality = 'confirmed'" },
      }),

    deleteClass: (dataClass) => remove({ term: { 'tidewatch_alert.data_class': dataClass } }),

    async expire(now) {
      await forgetAlertChanges(connection, { range: { changed: { lt: clock() - undoWindowMs } } });
      const ttl = classes.get('alerts')?.ttlMs;
      if (ttl === undefined) return [];
      const records = await remove({ range: { 'tidewatch_alert.created': { lt: now - ttl } } });
      return records === 0 ? [] : [{ keeper: 'alert store', dataClass: 'alerts', what: 'alerts', records }];
    },

    async close() {
      await showing.catch(() => {});
    },
  };
}
