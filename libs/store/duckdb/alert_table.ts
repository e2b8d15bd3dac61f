import type { Alert, AlertRow, Engine, JsonObject } from '@tidewatch/event';
import { alertDocument, decidedFields } from '../alert_document.ts';
import { alertRow, nestedColumn } from './alert_columns.ts';
import { alertOf, changeOf, type Kept, matchOf, rowsOf, toKept } from './alert_kept.ts';
import type { Database, Writer } from './database.ts';
import { maxPaths } from './document_paths.ts';
import type { SqlValue } from './engine.ts';
import { inTurns } from './in_turns.ts';

const alias = 'alerts';
const table = 'alerts.alerts';

/** Matches of the alerts that are remembered, some 4 KB each: what grows is mostly what grew just before. */
const mostRemembered = 6_000;

/**
 * Alerts as rows. Their matches, each with a whole event, have a table of their own, so that one more match writes that one
 * and not all of them.
 */
export interface AlertTable {
  /** The alerts of these ids that there are. */
  byId(writer: Writer, ids: readonly string[]): Promise<Map<string, Alert>>;
  /** Replaces alerts as a whole, in one transaction. */
  put(writer: Writer, alerts: readonly Alert[], existing: ReadonlyMap<string, Alert>): Promise<void>;
  /** The alerts of these ids that there are, without their evidence. */
  decidable(writer: Writer, ids: readonly string[]): Promise<Map<string, Decidable>>;
  /** Puts what people decided in the place of what stood there, in one transaction with `also`; evidence stays. */
  decide(writer: Writer, decided: readonly Decided[], also?: () => Promise<unknown>): Promise<void>;
  /** As {@link AlertStore.confirmUpTo}. */
  confirmUpTo(watermark: number, engine: Engine): Promise<number>;
  /** Deletes the alerts that the condition finds; answers how many. */
  remove(where: string, values: readonly SqlValue[]): Promise<number>;
  /** Whether queries must walk alerts' documents. */
  readonly nested: boolean;
}

/** What {@link toRow} makes a row of. */
export const rowValues = 'alert, finality';
export const rowValueCount = 2;

/** Rows that are found by a narrow column first: the wide ones are read only where one of them is. */
const among = (from: string, where: string): string => `rowid IN (SELECT rowid FROM ${from} WHERE ${where})`;
const ofIds = among(table, 'id IN (SELECT unnest($1))');

/** Finds the alerts of the ids in `$1`, for {@link toAlert}. */
export const wholeAlerts = `SELECT ${rowValues}, lines
  FROM (SELECT ${rowValues}, id FROM ${table} WHERE ${ofIds})
  LEFT JOIN (
    SELECT alert_id, string_agg(line, chr(10)) AS lines FROM alerts.matches
    WHERE ${among('alerts.matches', 'alert_id IN (SELECT unnest($1))')} GROUP BY alert_id
  ) ON alert_id = id`;

/** What a decision is made on, and what is to be written again with it. */
export interface Decidable {
  readonly row: AlertRow;
  readonly matches: Kept['matches'];
  readonly document: JsonObject;
}

export interface Decided {
  readonly before: Decidable;
  readonly after: AlertRow;
}

/** @param paths those that alerts' documents have, which grow */
export async function createAlertTable(database: Database, paths: Set<string>): Promise<AlertTable> {
  const remembered = new Map<string, Alert>();
  let rememberedMatches = 0;
  let nested = (await database.read(`SELECT 1 FROM ${table} WHERE nested LIMIT 1`)).length > 0;

  function forget(id: string): void {
    rememberedMatches -= remembered.get(id)?.matches.length ?? 0;
    remembered.delete(id);
  }

  function remember(alert: Alert): void {
    forget(alert.id);
    remembered.set(alert.id, alert);
    rememberedMatches += alert.matches.length;
    for (const id of remembered.keys()) {
      if (rememberedMatches <= mostRemembered) return;
      forget(id);
    }
  }

  async function read(writer: Writer, ids: readonly string[]): Promise<Alert[]> {
    if (ids.length === 0) return [];
    const rows = await writer.read(`SELECT ${rowValues}, id FROM ${table} WHERE ${ofIds}`, [ids]);
    if (rows.length === 0) return [];
    const known = among('alerts.matches', 'alert_id IN (SELECT unnest($1))');
    const found = rows.map((row) => row[rowValueCount] as string);
    const matches = await writer.read(`SELECT alert_id, line FROM alerts.matches WHERE ${known}`, [found]);
    const lines = new Map(found.map((id): [string, string[]] => [id, []]));
    for (const [id, line] of matches) lines.get(id as string)?.push(line as string);
    return rows.map(([alert = null, finality = null, id]) =>
      alertOf([alert, finality, lines.get(id as string)?.join('\n') || null], matchOf),
    );
  }

  /** Writes rows, in the place of those of the ids replaced, in one transaction with `also`. */
  async function write(
    writer: Writer,
    rows: readonly { readonly alert: AlertRow; readonly document: JsonObject; readonly kept: string }[],
    replaced: readonly string[],
    also: () => Promise<unknown>,
  ): Promise<void> {
    const newPaths = new Set<string>();
    const onPath = (path: string): void => {
      if (!paths.has(path) && paths.size + newPaths.size < maxPaths) newPaths.add(path);
    };
    const made = await inTurns(rows, ({ alert, document, kept }) => alertRow(alert, document, kept, onPath));
    // Should the transaction fail, nothing is known any more.
    for (const { alert } of rows) forget(alert.id);
    await writer.transaction(async () => {
      if (replaced.length > 0)
        await writer.run(`DELETE FROM ${table} WHERE id IN (SELECT unnest($1))`, [replaced]);
      await writer.append(alias, 'alerts', made);
      const unseen = [...newPaths].map((path) => [path]);
      if (unseen.length > 0) await writer.append(alias, 'paths', unseen);
      await also();
    });
    for (const path of newPaths) paths.add(path);
    nested ||= made.some((row) => row[nestedColumn] === true);
  }

  return {
    async byId(writer, ids) {
      const known = ids.flatMap((id) => remembered.get(id) ?? []);
      const others = await read(
        writer,
        ids.filter((id) => !remembered.has(id)),
      );
      return new Map([...known, ...others].map((alert) => [alert.id, alert]));
    },

    async put(writer, alerts, existing) {
      const changes = alerts.map((alert) => changeOf(alert, existing.get(alert.id)));
      const rows = changes.map(({ alert, json }) => ({ alert, document: alertDocument(alert), kept: json }));
      const gone = changes.flatMap((change) => change.gone);
      const added = changes.flatMap((change) => change.added);
      const replaced = alerts.map(({ id }) => id).filter((id) => existing.has(id));
      await write(writer, rows, replaced, async () => {
        if (gone.length > 0)
          await writer.run('DELETE FROM alerts.matches WHERE key IN (SELECT unnest($1))', [gone]);
        if (added.length === 0) return;
        const lines = added.map(({ alert, key, line }) => [alert, key, line]);
        await writer.append(alias, 'matches', lines);
      });
      for (const { alert, rows } of changes) {
        const matches = [...rows.keys()];
        rowsOf.set(matches, rows);
        remember({ ...alert, matches });
      }
    },

    async decidable(writer, ids) {
      if (ids.length === 0) return new Map();
      const sql = `SELECT ${rowValues}, document FROM ${table} WHERE ${ofIds}`;
      const found = await inTurns(await writer.read(sql, [ids]), (values): [string, Decidable] => {
        const { matches, ...row } = toKept(values);
        const document = JSON.parse(values[rowValueCount] as string) as JsonObject;
        return [row.id, { row, matches, document }];
      });
      return new Map(found);
    },

    async decide(writer, decided, also = async () => {}) {
      const rows = await inTurns(decided, ({ before, after }) => ({
        alert: after,
        document: { ...before.document, ...decidedFields(after) },
        kept: JSON.stringify({ ...after, matches: before.matches } satisfies Kept),
      }));
      const ids = rows.map(({ alert }) => alert.id);
      const known = new Map(ids.map((id) => [id, remembered.get(id)?.matches]));
      await write(writer, rows, ids, also);
      for (const { after } of decided) {
        const matches = known.get(after.id);
        if (matches !== undefined) remember({ ...after, matches });
      }
    },

    confirmUpTo: (watermark, engine) =>
      database.write(async (writer) => {
        const confirmed = await writer.run(
          `UPDATE ${table} SET finality = 'confirmed' WHERE finality = 'provisional' AND bucket_end <= $1 AND engine = $2`,
          [Math.floor(watermark), engine],
        );
        for (const alert of remembered.values())
          if (
            alert.finality === 'provisional' &&
            alert.bucket.end <= watermark &&
            alert.detector.engine === engine
          )
            remembered.set(alert.id, { ...alert, finality: 'confirmed' });
        return confirmed;
      }),

    async remove(where, values) {
      const removed = await database.write(async (writer) => {
        remembered.clear();
        rememberedMatches = 0;
        return writer.transaction(async () => {
          await writer.run(
            `DELETE FROM alerts.matches WHERE alert_id IN (SELECT id FROM ${table} WHERE ${where})`,
            values,
          );
          return writer.run(`DELETE FROM ${table} WHERE ${where}`, values);
        });
      });
      // What is deleted leaves the file, not only the table.
      if (removed > 0) await database.write((writer) => writer.run(`CHECKPOINT ${alias}`));
      return removed;
    },

    get nested() {
      return nested;
    },
  };
}
