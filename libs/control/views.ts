import { randomBytes } from 'node:crypto';
import type { Database } from './database.ts';
import { errors } from './errors.ts';
import { mostSearches, mostViews, type View, type ViewPage, type ViewStore } from './view.ts';

interface ViewRow {
  readonly id: string;
  readonly owner: string;
  readonly page: ViewPage;
  readonly name: string;
  readonly state: string;
  readonly shared: number;
  readonly updated_at: number;
  readonly is_default: number;
}

const touchEveryMs = 24 * 3_600_000;

export interface Views {
  readonly store: ViewStore;
  deleteOf(user: string): void;
}

export function createViews(db: Database, clock: () => number): Views {
  const columns =
    'v.id, v.owner, v.page, v.name, v.state, v.shared, v.updated_at, d.view IS NOT NULL AS is_default';
  const joined = 'FROM views v LEFT JOIN view_defaults d ON d.view = v.id AND d.user = ?';
  const visible = db.prepare<ViewRow>(
    `SELECT ${columns} ${joined} WHERE v.owner = ? OR v.shared = 1 ORDER BY v.name COLLATE NOCASE, v.id`,
  );
  const byId = db.prepare<ViewRow>(
    `SELECT ${columns} ${joined} WHERE v.id = ? AND (v.owner = ? OR v.shared = 1)`,
  );
  const touch = db.prepare('UPDATE views SET used_at = ? WHERE owner = ? AND used_at < ?');
  const insert = db.prepare('INSERT INTO views VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const update = db.prepare('UPDATE views SET name = ?, state = ?, shared = ?, updated_at = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM views WHERE id = ?');
  const unsetOthers = db.prepare('DELETE FROM view_defaults WHERE view = ? AND user <> ?');
  const unsetView = db.prepare('DELETE FROM view_defaults WHERE view = ?');
  const unset = db.prepare('DELETE FROM view_defaults WHERE user = ? AND page = ?');
  const set = db.prepare('INSERT INTO view_defaults VALUES (?, ?, ?)');
  const queries = db.prepare<{ query: string }>(
    'SELECT query FROM searches WHERE user = ? AND page = ? ORDER BY at DESC, query LIMIT ?',
  );
  const note = db.prepare(
    'INSERT INTO searches VALUES (?, ?, ?, ?) ON CONFLICT (user, page, query) DO UPDATE SET at = excluded.at',
  );
  const trim = db.prepare(
    'DELETE FROM searches WHERE user = ? AND page = ? AND query NOT IN ' +
      '(SELECT query FROM searches WHERE user = ? AND page = ? ORDER BY at DESC, query LIMIT ?)',
  );
  const forget = db.prepare('DELETE FROM searches WHERE user = ?');
  const due = db.prepare<{ views: number; searches: number }>(
    'SELECT (SELECT count(*) FROM views WHERE used_at < ?) AS views, (SELECT count(*) FROM searches WHERE at < ?) AS searches',
  );
  const expireSearches = db.prepare('DELETE FROM searches WHERE at < ?');
  const expireViews = db.prepare('DELETE FROM views WHERE used_at < ?');
  const removeOf = db.prepare('DELETE FROM views WHERE owner = ?');
  const unsetOf = db.prepare('DELETE FROM view_defaults WHERE user = ?');
  const unsetGone = db.prepare('DELETE FROM view_defaults WHERE view NOT IN (SELECT id FROM views)');

  const find = (user: string, id: string): View => {
    const row = byId.all(user, id, user)[0];
    if (row === undefined) throw errors.VIEW_UNKNOWN({ id });
    return toView(row);
  };
  const own = (user: string, id: string): View => {
    const view = find(user, id);
    if (view.owner !== user) throw errors.VIEW_UNKNOWN({ id });
    return view;
  };
  const mine = (user: string): View[] =>
    visible
      .all(user, user)
      .map(toView)
      .filter(({ owner }) => owner === user);
  const keepNameFree = (views: readonly View[], { id, page, name }: Pick<View, 'id' | 'page' | 'name'>) => {
    if (views.some((view) => view.id !== id && view.page === page && view.name === name))
      throw errors.VIEW_NAME_TAKEN({ name });
  };

  const store: ViewStore = {
    async list(user) {
      const now = clock();
      touch.run(now, user, now - touchEveryMs);
      return visible.all(user, user).map(toView);
    },
    add: async (user, { page, name, state, shared }) =>
      db.transaction(() => {
        const id = randomBytes(9).toString('base64url');
        const views = mine(user);
        if (views.length >= mostViews) throw errors.VIEWS_FULL({ most: mostViews });
        keepNameFree(views, { id, page, name });
        const now = clock();
        insert.run(id, user, page, name, state, shared ? 1 : 0, now, now);
        return find(user, id);
      }),
    change: async (user, id, fields) =>
      db.transaction(() => {
        const view = { ...own(user, id), ...fields };
        keepNameFree(mine(user), view);
        update.run(view.name, view.state, view.shared ? 1 : 0, clock(), id);
        if (!view.shared) unsetOthers.run(id, user);
        return find(user, id);
      }),
    remove: async (user, id) =>
      db.transaction(() => {
        const view = own(user, id);
        remove.run(id);
        unsetView.run(id);
        return view;
      }),
    setDefault: async (user, page, view) =>
      db.transaction(() => {
        if (view !== null && find(user, view).page !== page) throw errors.VIEW_UNKNOWN({ id: view });
        unset.run(user, page);
        if (view !== null) set.run(user, page, view);
      }),
    searches: async (user, page) => queries.all(user, page, mostSearches).map(({ query }) => query),
    noteSearch: async (user, page, query) =>
      db.transaction(() => {
        note.run(user, page, query, clock());
        trim.run(user, page, user, page, mostSearches);
      }),
    forgetSearches: async (user) => forget.run(user),
    due: (time) => due.all(time, time)[0] ?? { views: 0, searches: 0 },
    expire: async (time) =>
      db.transaction(() => {
        const views = expireViews.run(time);
        if (views > 0) unsetGone.run();
        return views;
      }),
    expireSearches: async (time) => expireSearches.run(time),
  };
  return {
    store,
    deleteOf(user) {
      forget.run(user);
      removeOf.run(user);
      unsetOf.run(user);
      unsetGone.run();
    },
  };
}

const toView = (row: ViewRow): View => ({
  ...{ id: row.id, owner: row.owner, page: row.page, name: row.name, state: row.state },
  ...{ shared: row.shared === 1, isDefault: row.is_default === 1, updatedAt: row.updated_at },
});
