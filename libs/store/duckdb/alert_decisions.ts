import { randomUUID } from 'node:crypto';
import type { AlertRow } from '@tidewatch/event';
import { changeOn, seesAlert, undoOf, undoOn, undoWindowMs } from '../alert_changes.ts';
import type { AlertChange, AlertStore } from '../contract.ts';
import { errors } from '../errors.ts';
import type { AlertTable, Decided } from './alert_table.ts';
import type { Database, Writer } from './database.ts';
import { inTurns } from './in_turns.ts';

/** What people decide about alerts. */
export function createAlertDecisions(
  database: Database,
  stored: AlertTable,
  clock: () => number,
): Pick<AlertStore, 'change' | 'undo'> {
  async function alter(
    writer: Writer,
    changeId: string,
    ids: readonly string[],
    become: (row: AlertRow) => AlertRow | undefined,
  ): Promise<AlertChange> {
    const decided = await alterRows(writer, stored, ids, become, async (changed) => {
      const old = [clock() - undoWindowMs, changeId];
      await writer.run('DELETE FROM alerts.changes WHERE changed_at < $1 OR id = $2', old);
      const values = [changeId, clock(), JSON.stringify(changed.map(({ id }) => id))];
      await writer.run('INSERT INTO alerts.changes VALUES ($1, $2, $3)', values);
    });
    const done = new Set(decided.map(({ id }) => id));
    return { changeId, changed: decided, conflicts: ids.filter((id) => !done.has(id)) };
  }

  return {
    change: (ids, action, scope, changeId = randomUUID()) =>
      database.write((writer) => {
        const wanted = new Map(ids.map(({ id, version }) => [id, version]));
        const author = { changeId, by: scope.principal, now: clock() };
        return alter(writer, changeId, [...wanted.keys()], (row) =>
          seesAlert(scope, row) ? changeOn(row, wanted.get(row.id), action, author) : undefined,
        );
      }),

    undo: (changeId, scope) =>
      database.write(async (writer) => {
        const author = { changeId: undoOf(changeId), by: scope.principal, now: clock() };
        const [row] = await writer.read(
          'SELECT entries FROM alerts.changes WHERE id = $1 AND changed_at >= $2',
          [changeId, author.now - undoWindowMs],
        );
        if (row === undefined) throw errors.CHANGE_UNKNOWN({ changeId });
        const ids = JSON.parse(row[0] as string) as readonly string[];
        const rows = await stored.decidable(writer, ids);
        const seen = ids.filter((id) => {
          const found = rows.get(id)?.row;
          return found === undefined ? scope.dataClasses === 'all' : seesAlert(scope, found);
        });
        if (seen.length === 0) throw errors.CHANGE_UNKNOWN({ changeId });
        return alter(writer, author.changeId, seen, (alert) => undoOn(alert, changeId, author));
      }),
  };
}

/** Writes what becomes of alerts, in one transaction with `also`, and answers those that became something else. */
export async function alterRows(
  writer: Writer,
  stored: AlertTable,
  ids: readonly string[],
  become: (row: AlertRow) => AlertRow | undefined,
  also?: (changed: readonly AlertRow[]) => Promise<unknown>,
): Promise<AlertRow[]> {
  const existing = await stored.decidable(writer, ids);
  const outcomes = await inTurns(ids, (id): Decided | undefined => {
    const before = existing.get(id);
    const after = before && become(before.row);
    return before && after && { before, after };
  });
  const decided = outcomes.filter((one) => one !== undefined);
  const changed = decided.map(({ after }) => after);
  await stored.decide(writer, decided, () => also?.(changed) ?? Promise.resolve());
  return changed;
}
