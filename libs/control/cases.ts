import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type AlertRef,
  type Case,
  type CaseAlert,
  type CaseDetail,
  type CaseEntry,
  type CaseFields,
  type CaseReader,
  type CaseStore,
  caseUndoMs,
  mostAlertsInCase,
} from './case.ts';
import { type AlertRow, type CaseRow, caseStatements, type EntryRow } from './case_rows.ts';
import type { Database } from './database.ts';
import { errors } from './errors.ts';

/** What taking a change back needs, beside what its entry shows. */
interface Undo {
  /** The version that a change of fields made. */
  readonly version?: number;
  readonly removed?: readonly CaseAlert[];
  readonly alertChanges?: readonly string[];
}

/** Cases; other work has its turn in between. */
const readAtOnce = 200;

const newId = (): string => randomBytes(9).toString('base64url');

export function createCases(db: Database, clock: () => number): CaseStore {
  const sql = caseStatements(db);

  const find = (id: string, reader: CaseReader): Case => {
    const row = sql.byId.all(id, ...sight(reader))[0];
    if (row === undefined) throw errors.CASE_UNKNOWN({ id });
    return toCase(row);
  };
  /** The case after a change of its own, which the reader saw before it. */
  const after = (id: string): Case => toCase(sql.byId.all(id, 1, '', '', '[]')[0] as CaseRow);

  const note = (
    id: string,
    { action, detail, undo = {} }: Pick<CaseEntry, 'action' | 'detail'> & { readonly undo?: Undo },
    by: string,
    change = newId(),
  ): string => {
    const now = clock();
    sql.addEntry.run(change, id, now, by, action, JSON.stringify(detail), JSON.stringify(undo));
    sql.touch.run(now, id);
    return change;
  };
  const refer = (id: string, alerts: readonly AlertRef[], by: string, change: string): number => {
    const now = clock();
    let added = 0;
    for (const alert of alerts) added += sql.addAlert.run(id, alert.id, alert.dataClass, now, by, change);
    return added;
  };
  const write = (id: string, fields: CaseFields): void => {
    sql.update.run(fields.title, fields.status, fields.severity, fields.owner, id);
  };
  const entryOf = (change: string): EntryRow => {
    const row = sql.entry.all(change)[0];
    if (row === undefined) throw errors.CASE_CHANGE_UNKNOWN();
    if (row.undone === 1) throw errors.CASE_CHANGE_UNDONE();
    return row;
  };

  return {
    open: async ({ title, severity, owner, alerts }, by) =>
      db.transaction(() => {
        const id = newId();
        const now = clock();
        sql.insert.run(id, title, 'open', severity, owner, now, by, now);
        const change = newId();
        const added = refer(id, alerts, by, change);
        note(id, { action: 'opened', detail: added === 0 ? {} : { alerts: added } }, by, change);
        return { case: after(id), changeId: change };
      }),
    get: async (id, reader) => find(id, reader),
    async list({ limit, after: from = '', alert, matches = () => true }, reader) {
      const fitting: CaseRow[] = [];
      for (let [at, id] = placeOf(from, Number.MAX_SAFE_INTEGER); ; ) {
        const rows =
          alert === undefined
            ? sql.list.all(at, at, id, ...sight(reader), readAtOnce)
            : sql.listOf.all(alert, at, at, id, ...sight(reader), readAtOnce);
        fitting.push(...rows.filter((row) => matches(toCase(row))));
        const last = rows.at(-1);
        if (fitting.length > limit || last === undefined || rows.length < readAtOnce)
          return page(fitting, limit, toCase, (row) => `${row.updated_at}:${row.id}`);
        [at, id] = [last.updated_at, last.id];
        await turn();
      }
    },
    async history(id, reader) {
      find(id, reader);
      return sql.history.all(id).map(toEntry);
    },
    async alerts(id, { limit, after: from = '' }, reader) {
      find(id, reader);
      const [at, alert] = placeOf(from, -1);
      const rows = sql.alerts.all(id, at, at, alert, limit + 1);
      return page(rows, limit, toAlert, (row) => `${row.at}:${row.alert}`);
    },
    change: async (id, { version, set }, reader) =>
      db.transaction(() => {
        const before = find(id, reader);
        if (before.version !== version) throw errors.CASE_CHANGED({ id, version: before.version });
        const fields = differences(before, set);
        if (Object.keys(fields).length === 0) return { case: before };
        write(id, { ...before, ...set });
        const undo = { version: version + 1 };
        const changeId = note(id, { action: 'changed', detail: { fields }, undo }, reader.principal);
        return { case: after(id), changeId };
      }),
    add: async (id, alerts, reader, change) =>
      db.transaction(() => {
        const before = find(id, reader);
        const entry = change === undefined ? undefined : entryOf(change);
        const changeId = change ?? newId();
        const added = refer(id, alerts, reader.principal, changeId);
        if (before.alerts + added > mostAlertsInCase) throw errors.CASE_FULL({ most: mostAlertsInCase });
        if (added === 0) return { case: before, added, ...(entry && { changeId }) };
        if (entry === undefined)
          note(id, { action: 'added', detail: { alerts: added } }, reader.principal, changeId);
        else {
          const { alerts: earlier = 0 } = JSON.parse(entry.detail) as CaseDetail;
          sql.tell.run(JSON.stringify({ alerts: earlier + added }), entry.undo, changeId);
          sql.touch.run(clock(), id);
        }
        return { case: after(id), changeId, added };
      }),
    remove: async (id, alerts, reader) =>
      db.transaction(() => {
        const before = find(id, reader);
        const { dataClasses } = reader;
        const removed = alerts
          .flatMap((alert) => sql.alert.all(id, alert).map(toAlert))
          .filter(({ dataClass }) => dataClasses === 'all' || dataClasses.includes(dataClass));
        if (removed.length === 0) return { case: before, removed: 0 };
        for (const alert of removed) sql.removeAlert.run(id, alert.id);
        const detail = { alerts: removed.length };
        const changeId = note(id, { action: 'removed', detail, undo: { removed } }, reader.principal);
        return { case: after(id), changeId, removed: removed.length };
      }),
    note: async (id, text, reader) =>
      db.transaction(() => {
        find(id, reader);
        const changeId = note(id, { action: 'noted', detail: { note: text } }, reader.principal);
        return { case: after(id), changeId };
      }),
    closedWith: async (change, { reason, alerts, changes }) =>
      db.transaction(() => {
        const { detail, undo } = entryOf(change);
        const told: CaseDetail = { ...(JSON.parse(detail) as CaseDetail), reason, alerts };
        const needed: Undo = { ...(JSON.parse(undo) as Undo), alertChanges: changes };
        sql.tell.run(JSON.stringify(told), JSON.stringify(needed), change);
      }),
    undo: async (change, reader) =>
      db.transaction(() => {
        const entry = entryOf(change);
        const { case_id: id } = entry;
        if (entry.by !== reader.principal || entry.at < clock() - caseUndoMs)
          throw errors.CASE_CHANGE_UNKNOWN();
        const now = find(id, reader);
        const detail = JSON.parse(entry.detail) as CaseDetail;
        const undo = JSON.parse(entry.undo) as Undo;
        if (entry.action === 'opened') {
          if (sql.history.all(id).length > 1) throw errors.CASE_CHANGED({ id, version: now.version });
          sql.remove.run(id);
          return { alertChanges: [] };
        }
        if (entry.action === 'changed') {
          if (now.version !== undo.version) throw errors.CASE_CHANGED({ id, version: now.version });
          write(id, { ...now, ...earlier(detail) });
        }
        sql.removeOfChange.run(id, change);
        for (const alert of undo.removed ?? [])
          sql.addAlert.run(id, alert.id, alert.dataClass, alert.at, alert.by, change);
        const { note: _text, ...told } = detail;
        sql.undone.run(JSON.stringify(told), change);
        sql.touch.run(clock(), id);
        return { case: after(id), alertChanges: undo.alertChanges ?? [] };
      }),
    due: (time) => sql.due.all(time)[0]?.due ?? 0,
    async expire(time) {
      let gone = 0;
      for (;;) {
        const old = sql.old.all(time);
        for (const { id } of old) gone += sql.remove.run(id);
        if (old.length === 0) return gone;
        await turn();
      }
    },
  };
}

/** What of it differs, as before and after. */
function differences(before: CaseFields, set: Partial<CaseFields>): NonNullable<CaseDetail['fields']> {
  const names = (Object.keys(set) as (keyof CaseFields)[]).filter((name) => set[name] !== before[name]);
  return Object.fromEntries(names.map((name) => [name, [before[name], set[name]]]));
}

const earlier = ({ fields = {} }: CaseDetail): Partial<CaseFields> =>
  Object.fromEntries(Object.entries(fields).map(([name, [before]]) => [name, before]));

/** The parameters of what a reader may find. */
const sight = ({ principal, dataClasses }: CaseReader) =>
  [dataClasses === 'all' ? 1 : 0, principal, principal, JSON.stringify(dataClasses)] as const;

/** Where a page begins; a token that nobody gave begins at its beginning. */
function placeOf(token: string, beginning: number): readonly [number, string] {
  const [, at, id] = /^(\d{1,15}):(.{1,128})$/s.exec(token) ?? [];
  return at === undefined || id === undefined ? [beginning, ''] : [Number(at), id];
}

function page<Row, T>(rows: Row[], limit: number, of: (row: Row) => T, place: (row: Row) => string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(of),
    ...(rows.length > limit && last !== undefined ? { next: place(last) } : {}),
  };
}

const toCase = (row: CaseRow): Case => ({
  ...{ id: row.id, title: row.title, status: row.status, severity: row.severity, owner: row.owner },
  ...{ createdAt: row.created_at, createdBy: row.created_by, updatedAt: row.updated_at },
  ...{ version: row.version, alerts: row.alerts },
});

const toAlert = (row: AlertRow): CaseAlert => ({
  ...{ id: row.alert, dataClass: row.data_class, at: row.at, by: row.by },
});

const toEntry = ({ id, at, by, action, detail, undone }: EntryRow): CaseEntry => ({
  ...{ id, at, by, action, detail: JSON.parse(detail) as CaseDetail, undone: undone === 1 },
});
