import type { Status } from '@tidewatch/event';
import { seesAlert, undoWindowMs } from '../alert_changes.ts';
import { bringInto, type Incoming, incomingFindings, incomingMatches } from '../alert_effects.ts';
import { expiredOf, undoExpired } from '../alert_expiry.ts';
import { buckets } from '../buckets.ts';
import type { DataClasses } from '../classes.ts';
import type { AlertEffect, AlertSearch, AlertStore, Scope } from '../contract.ts';
import { deleteDue } from '../deletion.ts';
import { inParts } from '../in_parts.ts';
import { decodeToken, encodeToken } from '../page.ts';
import { alertFields, alertTables } from './alert_columns.ts';
import { createAlertDecisions } from './alert_decisions.ts';
import { groupAlerts } from './alert_groups.ts';
import { createAlertJobStore, jobTables } from './alert_jobs.ts';
import { toAlert, toRow } from './alert_kept.ts';
import { createAlertTable, rowValueCount, rowValues, wholeAlerts } from './alert_table.ts';
import { createLayout } from './columns.ts';
import { bucketSql, compile, select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlValue } from './engine.ts';
import { inTurns } from './in_turns.ts';

type Filter = Pick<AlertSearch, 'query' | 'range'>;

const alias = 'alerts';
const table = 'alerts.alerts';

/** Sort keys, most important first, with the direction of all of them. */
const orders = {
  newest: { keys: ['last_at', 'id'], direction: 'DESC', sign: '<' },
  oldest: { keys: ['last_at', 'id'], direction: 'ASC', sign: '>' },
  severity: { keys: ['level_rank', 'last_at', 'id'], direction: 'DESC', sign: '<' },
} as const;

/** Alerts in a DuckDB file of their own; the contract is {@link AlertStore}'s. */
export async function createAlertStore(
  database: Database,
  file: string,
  classes: DataClasses,
  clock: () => number,
): Promise<AlertStore> {
  await database.attach(file, alias, [...alertTables, ...jobTables]);
  const paths = new Set(
    (await database.read('SELECT path FROM alerts.paths')).map(([path]) => path as string),
  );
  const layout = createLayout(alertFields, () => paths, 'document');

  const stored = await createAlertTable(database, paths);

  function condition(request: Filter, scope: Scope): Where {
    const where = compile(request.query, request.range, clock(), {
      layout,
      timeColumn: 'last_at',
      nested: stored.nested,
    });
    if (scope.dataClasses === 'all') return where;
    const places = scope.dataClasses.map((_, i) => `$${where.parameters.length + i + 1}`);
    const seen = places.length === 0 ? 'FALSE' : `data_class IN (${places.join(', ')})`;
    return {
      plain: `${seen} AND ${where.plain}`,
      nested: where.nested && `${seen} AND ${where.nested}`,
      parameters: [...where.parameters, ...scope.dataClasses],
    };
  }

  const getAll = (ids: readonly string[], scope: Scope) =>
    inParts(ids, async (some) => {
      const rows = await database.read(wholeAlerts, [some]);
      const alerts = await inTurns(rows, toAlert);
      return {
        items: alerts.filter((alert) => seesAlert(scope, alert)),
        characters: rows.flat().reduce((sum: number, value) => sum + String(value).length, 0),
      };
    });

  /** Brings what came into its alerts, and writes those that changed in one transaction. */
  function bring(incoming: Incoming): Promise<AlertEffect[]> {
    return database.write(async (writer) => {
      const existing = await stored.byId(writer, [...incoming.keys()]);
      const now = clock();
      const effects = [...incoming].flatMap(([id, mine]) => bringInto(existing.get(id), mine, now) ?? []);
      const alerts = effects.map(({ alert }) => alert);
      if (alerts.length > 0) await stored.put(writer, alerts, existing);
      return effects;
    });
  }

  return {
    apply: (matches) => bring(incomingMatches(matches)),

    replace: (findings) => bring(incomingFindings(findings)),

    async search(request, scope) {
      const { keys, direction, sign } = orders[request.sort];
      const where = condition(request, scope);
      const values: SqlValue[] = [...where.parameters];
      const place = (value: SqlValue): string => `$${values.push(value)}`;
      let after = '';
      if (request.after !== undefined) {
        const shape = keys.map((key) => (key === 'id' ? 'string' : 'number'));
        const token = decodeToken(request.after, shape);
        after = ` AND (${keys.join(', ')}) ${sign} (${token.map(place).join(', ')})`;
      }
      const order = `ORDER BY ${keys.map((key) => `${key} ${direction}`).join(', ')}`;
      const fitting = select(`rowid AS r, ${keys.join(', ')}`, table, where, after);
      const chosen = `SELECT r FROM (${fitting}) ${order} LIMIT ${place(request.limit + 1)}`;
      const sql = `SELECT ${rowValues}, ${keys.join(', ')} FROM ${table} WHERE rowid IN (${chosen}) ${order}`;
      const rows = await database.read(sql, values);
      const page = rows.slice(0, request.limit);
      const items = page.map(toRow);
      const last = page.at(-1);
      if (rows.length <= request.limit || last === undefined) return { items };
      return { items, next: encodeToken(last.slice(rowValueCount) as (string | number)[]) };
    },

    async count(request, scope) {
      const where = condition(request, scope);
      const [row] = await database.read(
        `SELECT count(*) FROM (${select('1 AS one', table, where)})`,
        where.parameters,
      );
      return row?.[0] as number;
    },

    async histogram(request, scope) {
      const { range, stepMs, split } = request;
      const where = condition(request, scope);
      const column = split === 'level' ? 'rule_level' : split === 'status' ? 'status' : 'NULL';
      const bucket = bucketSql('last_at', `$${where.parameters.length + 1}`);
      const rows = (await database.read(
        `SELECT b, v, count(*) FROM (${select(`${bucket} AS b, ${column} AS v`, table, where)}) GROUP BY b, v`,
        [...where.parameters, stepMs],
      )) as unknown as [number, string | null, number][];
      return buckets(range, stepMs, (start) => {
        const mine = rows.filter(([begins]) => begins === start);
        const count = mine.reduce((sum, row) => sum + row[2], 0);
        if (split === undefined) return { start, count };
        return { start, count, split: Object.fromEntries(mine.map(([, value, part]) => [value, part])) };
      });
    },

    async totals(request, scope) {
      const where = condition(request, scope);
      const rows = await database.read(
        `SELECT rule_level, status, count(*) FROM (${select('rule_level, status', table, where)}) GROUP BY ALL ORDER BY ALL`,
        where.parameters,
      );
      return rows.map(([level, status, count]) => ({
        level: level as string,
        status: status as Status,
        count: count as number,
      }));
    },

    groups: (request, scope) => groupAlerts(database, layout, condition(request, scope), request),

    async get(id, scope) {
      for await (const [alert] of getAll([id], scope)) return alert;
      return undefined;
    },

    getAll,

    ...createAlertDecisions(database, stored, clock),

    jobs: createAlertJobStore(database, stored, condition, clock),

    confirmUpTo: (watermark, engine) => stored.confirmUpTo(watermark, engine),

    deleteClass: (dataClass) => stored.remove('data_class = $1', [dataClass]),

    async expire(now, tell) {
      const counted = async (rows: string, before: readonly number[]): Promise<number> =>
        (await database.read(`SELECT count(*) FROM ${rows} < $1`, before))[0]?.[0] as number;
      // They can't be undone any more, and nobody may change an alert again for long.
      const undone = [clock() - undoWindowMs];
      const changes = 'alerts.changes WHERE changed_at';
      await deleteDue(tell, undoExpired(await counted(changes, undone)), async (gone) =>
        gone(await database.write((writer) => writer.run(`DELETE FROM ${changes} < $1`, undone))),
      );
      const ttl = classes.get('alerts')?.ttlMs;
      if (ttl === undefined) return;
      const before = [now - ttl];
      const old = await counted(`${table} WHERE created_at`, before);
      await deleteDue(tell, expiredOf('alerts', old), async (gone) =>
        gone(await stored.remove('created_at < $1', before)),
      );
      const removeJobs = () =>
        database.write((writer) =>
          writer.transaction(async () => {
            const old = 'SELECT id FROM alerts.jobs WHERE created_at < $1';
            await writer.run(`DELETE FROM alerts.chosen WHERE job IN (${old})`, before);
            return writer.run('DELETE FROM alerts.jobs WHERE created_at < $1', before);
          }),
        );
      const jobs = await counted('alerts.jobs WHERE created_at', before);
      await deleteDue(tell, expiredOf('changes of many alerts', jobs), async (gone) =>
        gone(await removeJobs()),
      );
    },

    close: () => database.close(),
  };
}
