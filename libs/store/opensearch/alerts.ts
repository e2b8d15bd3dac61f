import { randomUUID } from 'node:crypto';
import type { AlertRow, JsonObject, Status } from '@tidewatch/event';
import { type Author, changeOn, seesAlert, undoOf, undoOn, undoWindowMs } from '../alert_changes.ts';
import { bringInto, type Incoming, incomingFindings, incomingMatches } from '../alert_effects.ts';
import { expiredOf, undoExpired } from '../alert_expiry.ts';
import { buckets } from '../buckets.ts';
import type { DataClasses } from '../classes.ts';
import type { AlertChange, AlertEffect, AlertStore, Scope } from '../contract.ts';
import { deleteDue, type Gone } from '../deletion.ts';
import { errors } from '../errors.ts';
import { inParts } from '../in_parts.ts';
import { decodeToken, encodeToken } from '../page.ts';
import { keepAlertChange, readAlertChange } from './alert_change_log.ts';
import { groupAlerts } from './alert_groups.ts';
import { alertChangeIndex, alertIndex } from './alert_index.ts';
import { createAlertJobStore } from './alert_jobs.ts';
import { readAlerts } from './alert_read.ts';
import { type AlertRecord, alertIn, rowIn, rowSource, withoutEvidence } from './alert_record.ts';
import {
  type AlertFilter,
  type AlertHits,
  alertCondition,
  alertOrders,
  countAlerts,
  searchAlerts,
} from './alert_search.ts';
import { confirmedBetween, createWatermarks } from './alert_watermarks.ts';
import { type AlertForm, alertRows, alterAlerts, type Decide, wholeAlerts } from './alert_write.ts';
import type { OpenSearchConnection } from './client.ts';
import { deleteByQuery, expunge } from './delete_by_query.ts';
import { request } from './request.ts';

export interface AlertStoreDeps {
  /** Stays the caller's to close. */
  readonly connection: OpenSearchConnection;
  readonly classes: DataClasses;
  /** Epoch milliseconds (default `Date.now`). */
  readonly clock?: () => number;
}

/** Alerts with their matches that are read as one document of JSON. */
const readAtOnce = 50;

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
  const watermarks = createWatermarks(connection);

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

  async function write<A extends AlertRow, Result>(
    form: AlertForm<A>,
    ids: Iterable<string>,
    decide: Decide<A, Result>,
  ): Promise<Result[]> {
    const confirmed = await watermarks.get();
    try {
      return await alterAlerts(connection, form, confirmed, [...ids], decide);
    } finally {
      hidden = true;
    }
  }

  function bring(incoming: Incoming): Promise<AlertEffect[]> {
    const now = clock();
    return write(wholeAlerts, incoming.keys(), (id, alert) => {
      const effect = bringInto(alert, incoming.get(id) ?? [], now);
      return effect && { alert: effect.alert, result: effect };
    });
  }

  const decideOn = (
    form: AlertForm<AlertRow>,
    ids: readonly string[],
    become: (row: AlertRow) => AlertRow | undefined,
  ): Promise<AlertRow[]> =>
    write(form, ids, (_, row) => {
      const after = row && become(row);
      return after && { alert: after, result: after };
    });

  /** Changes alerts as a person asked for, and keeps what undoes it. */
  async function alter(
    ids: readonly string[],
    { changeId, now }: Author,
    become: (row: AlertRow) => AlertRow | undefined,
  ): Promise<AlertChange> {
    const changed = await decideOn(alertRows, ids, become);
    const done = new Set(changed.map(({ id }) => id));
    await keepAlertChange(connection, changeId, now, [...done]);
    // Another process may be asked next.
    await show();
    return { changeId, changed, conflicts: ids.filter((id) => !done.has(id)) };
  }

  async function readAll<A extends AlertRow>(
    ids: readonly string[],
    read: AlertForm<A>['read'],
  ): Promise<ReadonlyMap<string, A>> {
    const confirmed = await watermarks.get();
    const alerts = new Map<string, A>();
    for (let at = 0; at < ids.length; at += readAtOnce) {
      const { found } = await readAlerts(connection, read, confirmed, ids.slice(at, at + readAtOnce));
      for (const [id, { alert }] of found) alerts.set(id, alert);
    }
    return alerts;
  }

  const getAll = (ids: readonly string[], scope: Scope) =>
    inParts(ids, async (some) => {
      const { found, characters } = await readAlerts(connection, alertIn, await watermarks.get(), some);
      const alerts = [...found.values()].map(({ alert }) => alert);
      return { items: alerts.filter((alert) => seesAlert(scope, alert)), characters };
    });

  async function aggregate<Answer>(query: JsonObject, aggs: JsonObject): Promise<Answer> {
    const body = { size: 0, track_total_hits: false, query, aggs };
    const answer = await searchAlerts<{ readonly aggregations: Answer }>(connection, body);
    return answer.aggregations;
  }

  async function remove(query: JsonObject, gone: Gone): Promise<void> {
    await deleteByQuery(connection, alertIndex, query, gone);
    // What is deleted leaves the disk, too.
    await expunge(connection, alertIndex);
  }

  return {
    apply: (matches) => bring(incomingMatches(matches)),

    replace: (findings) => bring(incomingFindings(findings)),

    async search(request, scope) {
      const { keys, direction } = alertOrders[request.sort];
      const shape = keys.map((key) => (key === 'id' ? 'string' : 'number'));
      const after = request.after === undefined ? undefined : decodeToken(request.after, shape);
      const confirmed = await watermarks.get();
      const { hits } = await searchAlerts<AlertHits<AlertRecord>>(connection, {
        size: request.limit + 1,
        query: await condition(request, scope),
        sort: keys.map((key) => ({ [key]: direction })),
        ...(after && { search_after: after }),
        track_total_hits: false,
        _source: rowSource,
      });
      const page = hits.hits.slice(0, request.limit);
      const items = page.map(({ _source }) => withoutEvidence(rowIn(_source, confirmed)));
      const last = page.at(-1);
      if (hits.hits.length <= request.limit || last === undefined) return { items };
      return { items, next: encodeToken(last.sort) };
    },

    async count(filter, scope) {
      return countAlerts(connection, await condition(filter, scope));
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

    async groups(request, scope) {
      return groupAlerts(connection, await condition(request, scope), request);
    },

    async get(id, scope) {
      for await (const [alert] of getAll([id], scope)) return alert;
      return undefined;
    },

    getAll,

    change(ids, action, scope, changeId = randomUUID()) {
      const wanted = new Map(ids.map(({ id, version }) => [id, version]));
      const author = { changeId, by: scope.principal, now: clock() };
      return alter([...wanted.keys()], author, (row) =>
        seesAlert(scope, row) ? changeOn(row, wanted.get(row.id), action, author) : undefined,
      );
    },

    async undo(changeId, scope) {
      const ids = await readAlertChange(connection, changeId, clock() - undoWindowMs);
      if (ids === undefined) throw errors.CHANGE_UNKNOWN({ changeId });
      const found = await readAll(ids, rowIn);
      const seen = ids.filter((id) => {
        const alert = found.get(id);
        return alert === undefined ? scope.dataClasses === 'all' : seesAlert(scope, alert);
      });
      if (seen.length === 0) throw errors.CHANGE_UNKNOWN({ changeId });
      const author = { changeId: undoOf(changeId), by: scope.principal, now: clock() };
      return alter(seen, author, (row) => undoOn(row, changeId, author));
    },

    jobs: createAlertJobStore(connection, decideOn, condition, clock),

    async confirmUpTo(watermark, engine) {
      const before = await watermarks.raise(engine, watermark);
      if (before === undefined) return 0;
      await show();
      return countAlerts(connection, confirmedBetween(engine, before, Math.floor(watermark)));
    },

    async deleteClass(dataClass) {
      let removed = 0;
      await remove({ term: { 'tidewatch_alert.data_class': dataClass } }, (records) => {
        removed += records;
      });
      return removed;
    },

    async expire(now, tell) {
      await request(connection, { method: 'POST', path: `/${alertChangeIndex}/_refresh` }, 'alerts');
      const changes = { range: { changed: { lt: clock() - undoWindowMs } } };
      const undone = await countAlerts(connection, changes, alertChangeIndex);
      await deleteDue(tell, undoExpired(undone), (gone) =>
        deleteByQuery(connection, alertChangeIndex, changes, gone),
      );
      const ttl = classes.get('alerts')?.ttlMs;
      if (ttl === undefined) return;
      const before = { lt: now - ttl };
      const alerts = { range: { 'tidewatch_alert.created': before } };
      await show();
      await deleteDue(tell, expiredOf('alerts', await countAlerts(connection, alerts)), (gone) =>
        remove(alerts, gone),
      );
      const jobs = { range: { created: before } };
      const old = await countAlerts(connection, jobs, alertChangeIndex);
      await deleteDue(tell, expiredOf('changes of many alerts', old), (gone) =>
        deleteByQuery(connection, alertChangeIndex, jobs, gone),
      );
    },

    async close() {
      await showing.catch(() => {});
    },
  };
}
