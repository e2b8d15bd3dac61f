import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeptKey, KeptOriginal, OriginalVault } from './contract.ts';
import type { Database } from './database.ts';

interface KeyRow {
  readonly id: string;
  readonly data_class: string;
  readonly epoch: string;
  readonly ends: number;
  readonly wrapped: string;
}

interface OriginalRow {
  readonly data_class: string;
  readonly pseudonym: string;
  readonly field: string;
  readonly sealed: string;
  readonly seen: number;
}

/** Rows written or deleted before other work gets its turn: a few milliseconds. */
const chunk = 500;

export function createOriginalVault(db: Database): OriginalVault {
  const newestKey = db.prepare<KeyRow>(
    'SELECT * FROM seal_keys WHERE data_class = ? AND epoch = ? ORDER BY rowid DESC LIMIT 1',
  );
  const keyById = db.prepare<KeyRow>('SELECT * FROM seal_keys WHERE id = ?');
  const insertKey = db.prepare('INSERT INTO seal_keys VALUES (?, ?, ?, ?, ?)');
  const removeKeys = db.prepare('DELETE FROM seal_keys WHERE data_class = ? AND epoch = ?');
  const oldKeys = db.prepare<{ due: number }>(
    'SELECT count(*) AS due FROM seal_keys WHERE data_class = ? AND ends < ?',
  );
  const removeOldKeys = db.prepare('DELETE FROM seal_keys WHERE data_class = ? AND ends < ?');
  const put = db.prepare(
    'INSERT INTO originals VALUES (?, ?, ?, ?, ?) ON CONFLICT (data_class, pseudonym) DO UPDATE SET ' +
      'field = excluded.field, sealed = excluded.sealed, seen = MAX(seen, excluded.seen)',
  );
  const one = db.prepare<OriginalRow>('SELECT * FROM originals WHERE data_class = ? AND pseudonym = ?');
  const removeOne = db.prepare('DELETE FROM originals WHERE data_class = ? AND pseudonym = ?');
  const classes = db.prepare<Pick<KeyRow, 'data_class'>>(
    'SELECT DISTINCT data_class FROM originals UNION SELECT DISTINCT data_class FROM seal_keys',
  );
  const old = db.prepare<{ due: number }>(
    'SELECT count(*) AS due FROM originals WHERE data_class = ? AND seen < ?',
  );
  const removeOld = db.prepare(
    'DELETE FROM originals WHERE (data_class, pseudonym) IN ' +
      '(SELECT data_class, pseudonym FROM originals WHERE data_class = ? AND seen < ? LIMIT ?)',
  );

  // What was deleted stands in the write-ahead log until that is emptied.
  const emptyLog = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)');

  function removed(remove: () => number): number {
    const count = db.transaction(remove);
    if (count > 0) emptyLog.all();
    return count;
  }

  let erasures = 0;

  function erased(remove: () => number): number {
    const count = removed(remove);
    if (count > 0) erasures++;
    return count;
  }

  const find = (dataClass: string, pseudonym: string) => toOriginal(one.all(dataClass, pseudonym)[0]);
  const classNames = () => classes.all().map(({ data_class }) => data_class);

  return {
    keys: {
      find: (dataClass, epoch) => toKey(newestKey.all(dataClass, epoch)[0]),
      get: (id) => toKey(keyById.all(id)[0]),
      add: ({ id, dataClass, epoch, ends, wrapped }) =>
        db.transaction(() => void insertKey.run(id, dataClass, epoch, ends, wrapped)),
      destroy: (dataClass, epoch) => erased(() => removeKeys.run(dataClass, epoch)),
    },
    async write(originals) {
      for (let at = 0; at < originals.length; at += chunk) {
        if (at > 0) await nextTurn();
        db.transaction(() => {
          for (const { dataClass, pseudonym, field, sealed, seen } of originals.slice(at, at + chunk))
            put.run(dataClass, pseudonym, field, sealed, seen);
        });
      }
    },
    find,
    findAll: (pseudonyms) =>
      classNames().flatMap((dataClass) =>
        pseudonyms.flatMap((pseudonym) => find(dataClass, pseudonym) ?? []),
      ),
    erase: (pseudonyms) =>
      erased(() => {
        let gone = 0;
        for (const dataClass of classNames())
          for (const pseudonym of pseudonyms) gone += removeOne.run(dataClass, pseudonym);
        return gone;
      }),
    get erasures() {
      return erasures;
    },
    classes: classNames,
    due: (dataClass, seen) => old.all(dataClass, seen)[0]?.due ?? 0,
    keysDue: (dataClass, ends) => oldKeys.all(dataClass, ends)[0]?.due ?? 0,
    async expire(dataClass, seen) {
      for (let gone = 0; ; await nextTurn()) {
        const count = db.transaction(() => removeOld.run(dataClass, seen, chunk));
        gone += count;
        if (count < chunk) return gone;
      }
    },
    expireKeys: (dataClass, ends) => removed(() => removeOldKeys.run(dataClass, ends)),
  };
}

const toKey = (row: KeyRow | undefined): KeptKey | undefined =>
  row && { id: row.id, dataClass: row.data_class, epoch: row.epoch, ends: row.ends, wrapped: row.wrapped };

const toOriginal = (row: OriginalRow | undefined): KeptOriginal | undefined =>
  row && {
    dataClass: row.data_class,
    pseudonym: row.pseudonym,
    field: row.field,
    sealed: row.sealed,
    seen: row.seen,
  };
