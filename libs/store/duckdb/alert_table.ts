import type { Alert, Engine, EventMatch, Match } from '@tidewatch/event';
import { alertRow, nestedColumn } from './alert_columns.ts';
import type { Database, Writer } from './database.ts';
import { maxPaths } from './document_paths.ts';
import type { SqlRow, SqlValue } from './engine.ts';

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
  /** Replaces alerts as a whole, in one transaction with `also`. */
  put(
    writer: Writer,
    alerts: readonly Alert[],
    existing: ReadonlyMap<string, Alert>,
    also?: () => Promise<unknown>,
  ): Promise<void>;
  /** As {@link AlertStore.confirmUpTo}. */
  confirmUpTo(watermark: number, engine: Engine): Promise<number>;
  /** Deletes the alerts that the condition finds; answers how many. */
  remove(where: string, values: readonly SqlValue[]): Promise<number>;
  /** Whether queries must walk alerts' documents. */
  readonly nested: boolean;
}

/** What {@link toAlert} makes an alert of, in a query over the table. */
export const alertValues =
  'alert, finality, (SELECT string_agg(line, chr(10)) FROM alerts.matches WHERE alert_id = id)';
export const alertValueCount = 3;

/** An alert without its matches, but for the numbers of their rows. Before they had a table, they stood here. */
interface Kept extends Omit<Alert, 'matches'> {
  readonly matches: readonly (number | Match)[];
}

/** The numbers of the rows that an alert's matches have. */
const rowsOf = new WeakMap<Alert['matches'], ReadonlyMap<Match, number>>();

export const toAlert = (row: SqlRow): Alert => alertOf(row, (_, __, json) => JSON.parse(json) as Match);

function alertOf([json, finality, lines]: SqlRow, read: typeof matchOf): Alert {
  const kept = JSON.parse(json as string) as Kept;
  const found = new Map<number, Match>();
  for (const line of typeof lines === 'string' ? lines.split('\n') : []) {
    const [head = '', number, time, id = ''] = beginning.exec(line) ?? [];
    found.set(Number(number), read(JSON.parse(id) as string, Number(time), line.slice(head.length)));
  }
  const matches = kept.matches.flatMap((match) =>
    typeof match === 'number' ? (found.get(match) ?? []) : [match],
  );
  rowsOf.set(matches, new Map([...found].map(([number, match]) => [match, number])));
  // Confirming touches one column only, so that one is the truth about it.
  return { ...kept, finality: finality as Alert['finality'], matches };
}

/** A row of `matches`: the number within its alert, event time, id and all of the match as JSON. */
const lineOf = (number: number, match: Match, json: string): string =>
  `${number} ${match.time} ${JSON.stringify(match.id)} ${json}`;
const beginning = /^(\d+) (-?\d+) ("(?:[^"\\]|\\.)*") /;

/** A match that is parsed when somebody looks: those who add to an alert ask only for ids and times. */
function matchOf(id: string, time: number, json: string): Match {
  let parsed: Match | undefined;
  const whole = (): Match => {
    parsed ??= JSON.parse(json) as Match;
    return parsed;
  };
  const match = {
    id,
    time,
    get detector() {
      return whole().detector;
    },
    get key() {
      return whole().key;
    },
    get bucketMs() {
      return whole().bucketMs;
    },
    get dataClass() {
      return whole().dataClass;
    },
    get event() {
      return whole().event;
    },
    get explanation() {
      return whole().explanation;
    },
    /** Of matches on single events. */
    get position() {
      return (whole() as Partial<EventMatch>).position;
    },
  };
  // In the order in which it was written, which those who compare rely on.
  return Object.defineProperty(match, 'toJSON', { value: whole });
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
    const sql = `SELECT ${alertValues} FROM ${table} WHERE id IN (SELECT unnest($1))`;
    return (await writer.read(sql, [ids])).map((row) => alertOf(row, matchOf));
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

    async put(writer, alerts, existing, also = async () => {}) {
      const newPaths = new Set<string>();
      const onPath = (path: string): void => {
        if (!paths.has(path) && paths.size + newPaths.size < maxPaths) newPaths.add(path);
      };
      const changes = alerts.map((alert) => changeOf(alert, existing.get(alert.id)));
      const rows = changes.map(({ alert, json }) => alertRow(alert, json, onPath));
      const gone = changes.flatMap((change) => change.gone);
      const replaced = alerts.map(({ id }) => id).filter((id) => existing.has(id));
      // Should the transaction fail, nothing is known any more.
      for (const { id } of alerts) forget(id);
      await writer.transaction(async () => {
        if (replaced.length > 0)
          await writer.run(`DELETE FROM ${table} WHERE id IN (SELECT unnest($1))`, [replaced]);
        if (gone.length > 0)
          await writer.run('DELETE FROM alerts.matches WHERE key IN (SELECT unnest($1))', [gone]);
        await writer.append(alias, 'alerts', rows);
        const added = changes.flatMap((change) => change.added);
        if (added.length > 0)
          await writer.append(
            alias,
            'matches',
            added.map(({ alert, key, line }) => [alert, key, line]),
          );
        const unseen = [...newPaths].map((path) => [path]);
        if (unseen.length > 0) await writer.append(alias, 'paths', unseen);
        await also();
      });
      for (const path of newPaths) paths.add(path);
      nested ||= rows.some((row) => row[nestedColumn] === true);
      for (const { alert, rows } of changes) {
        const matches = [...rows.keys()];
        rowsOf.set(matches, rows);
        remember({ ...alert, matches });
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

interface RowChange {
  readonly alert: Alert;
  /** The alert without its matches. */
  readonly json: string;
  readonly added: readonly { readonly alert: string; readonly key: string; readonly line: string }[];
  /** Keys of matches that are no longer among the alert's. */
  readonly gone: readonly string[];
  /** All of the alert's matches, as they would be read. */
  readonly rows: ReadonlyMap<Match, number>;
}

function changeOf(alert: Alert, before: Alert | undefined): RowChange {
  const had = new Map(before && rowsOf.get(before.matches));
  let next = Math.max(-1, ...had.values()) + 1;
  const rows = new Map<Match, number>();
  const added: { alert: string; key: string; line: string }[] = [];
  for (const match of alert.matches) {
    const known = had.get(match);
    if (known !== undefined) rows.set(match, known);
    else {
      const number = next++;
      const json = JSON.stringify(match);
      rows.set(matchOf(match.id, match.time, json), number);
      added.push({ alert: alert.id, key: keyOf(alert.id, number), line: lineOf(number, match, json) });
    }
    had.delete(match);
  }
  const gone = [...had.values()].map((number) => keyOf(alert.id, number));
  const json = JSON.stringify({ ...alert, matches: [...rows.values()] } satisfies Kept);
  return { alert, json, added, gone, rows };
}

const keyOf = (alert: string, number: number): string => `${alert}.${number}`;
