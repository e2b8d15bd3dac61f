import type { CaseEntry, CaseFields } from './case.ts';
import type { Database } from './database.ts';

export interface CaseRow extends CaseFields {
  readonly id: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly updated_at: number;
  readonly version: number;
  readonly alerts: number;
}

export interface AlertRow {
  readonly alert: string;
  readonly data_class: string;
  readonly at: number;
  readonly by: string;
}

export interface EntryRow extends Pick<CaseEntry, 'id' | 'at' | 'by' | 'action'> {
  readonly case_id: string;
  readonly detail: string;
  readonly undo: string;
  readonly undone: number;
}

/** Parameters: 1 for who sees all classes, the reader, the reader, their classes as JSON. */
const visible = `(? = 1 OR c.created_by = ? OR c.owner = ?
  OR NOT EXISTS (SELECT 1 FROM case_alerts a WHERE a.case_id = c.id)
  OR EXISTS (SELECT 1 FROM case_alerts a WHERE a.case_id = c.id AND a.data_class IN (SELECT value FROM json_each(?))))`;

const select = `SELECT c.*, (SELECT count(*) FROM case_alerts a WHERE a.case_id = c.id) AS alerts FROM cases c`;
const before = '(c.updated_at < ? OR (c.updated_at = ? AND c.id < ?))';
const newestFirst = 'ORDER BY c.updated_at DESC, c.id DESC LIMIT ?';

export const caseStatements = (db: Database) => ({
  byId: db.prepare<CaseRow>(`${select} WHERE c.id = ? AND ${visible}`),
  list: db.prepare<CaseRow>(`${select} WHERE ${before} AND ${visible} ${newestFirst}`),
  listOf: db.prepare<CaseRow>(
    `${select} JOIN case_alerts r ON r.case_id = c.id AND r.alert = ? WHERE ${before} AND ${visible} ${newestFirst}`,
  ),
  due: db.prepare<{ due: number }>('SELECT count(*) AS due FROM cases WHERE updated_at < ?'),
  old: db.prepare<{ id: string }>('SELECT id FROM cases WHERE updated_at < ? LIMIT 20'),
  insert: db.prepare('INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)'),
  update: db.prepare(
    'UPDATE cases SET title = ?, status = ?, severity = ?, owner = ?, version = version + 1 WHERE id = ?',
  ),
  touch: db.prepare('UPDATE cases SET updated_at = ? WHERE id = ?'),
  /** Its alerts and entries go with it. */
  remove: db.prepare('DELETE FROM cases WHERE id = ?'),
  alert: db.prepare<AlertRow>('SELECT * FROM case_alerts WHERE case_id = ? AND alert = ?'),
  alerts: db.prepare<AlertRow>(
    'SELECT * FROM case_alerts WHERE case_id = ? AND (at > ? OR (at = ? AND alert > ?)) ORDER BY at, alert LIMIT ?',
  ),
  addAlert: db.prepare('INSERT INTO case_alerts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
  removeAlert: db.prepare('DELETE FROM case_alerts WHERE case_id = ? AND alert = ?'),
  removeOfChange: db.prepare('DELETE FROM case_alerts WHERE case_id = ? AND change = ?'),
  addEntry: db.prepare('INSERT INTO case_entries VALUES (?, ?, ?, ?, ?, ?, ?, 0)'),
  entry: db.prepare<EntryRow>('SELECT * FROM case_entries WHERE id = ?'),
  history: db.prepare<EntryRow>('SELECT * FROM case_entries WHERE case_id = ? ORDER BY at, rowid'),
  tell: db.prepare('UPDATE case_entries SET detail = ?, undo = ? WHERE id = ?'),
  undone: db.prepare("UPDATE case_entries SET detail = ?, undo = '{}', undone = 1 WHERE id = ?"),
});
