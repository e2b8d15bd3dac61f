import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import type { Entity } from './entity.ts';
import { detectorErrors } from './errors.ts';
import type { Features, TallyState } from './features.ts';
import type { Found } from './result.ts';

/** Entities as the file has them, see {@link Entity}. */
interface EntityState extends Pick<Entity, 'dataClass' | 'next' | 'seen' | 'empty' | 'newest' | 'noted'> {
  readonly values: readonly string[];
  readonly previous: readonly (number | null)[];
  readonly open: readonly (readonly [interval: number, tallies: readonly TallyState[]])[];
  readonly found?: Found;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * What detectors know, in one SQLite file. All that is written since the last {@link Kept.commit} is one transaction, so that
 * after a crash everything in it stands for the same positions of the stream.
 */
export interface Kept {
  /** A value of the engine's own; undefined where there is none. */
  read(name: string): string | undefined;
  write(name: string, value: string): void;
  entity(detector: string, key: string, features: Features): Entity | undefined;
  /** Those that are not put aside. */
  active(detector: string, features: Features): readonly (readonly [key: string, entity: Entity])[];
  newId(): number;
  put(detector: string, key: string, entity: Entity, active: boolean, features: Features): void;
  /** The forest as it was last saved whole, and the values of the intervals since. */
  forest(entity: number): { readonly state: Uint8Array | undefined; readonly steps: readonly number[][] };
  /** @param step how many intervals it knows with these */
  note(entity: number, step: number, values: readonly number[]): void;
  putForest(entity: number, state: Uint8Array): void;
  known(detector: string): number;
  /** Deletes entities of a detector, or of a data class whose newest event was before a time (epoch ms); answers which. */
  forget(
    which: { readonly detector: string } | { readonly dataClass: string; readonly before: number },
  ): readonly number[];
  classes(): readonly string[];
  /** Durable when it returns. */
  commit(): void;
  close(): void;
}

const format = 1;
const schema = `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE entities (id INTEGER PRIMARY KEY, detector TEXT NOT NULL, key TEXT NOT NULL, active INTEGER NOT NULL,
    data_class TEXT NOT NULL, newest INTEGER NOT NULL, state TEXT NOT NULL, UNIQUE (detector, key)) STRICT;
  CREATE INDEX active_entities ON entities (detector) WHERE active = 1;
  CREATE INDEX entities_by_age ON entities (data_class, newest);
  CREATE TABLE forests (entity INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;
  CREATE TABLE steps (entity INTEGER NOT NULL, step INTEGER NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (entity, step))
    STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${format};
`;

/**
 * Opens or makes the file, readable by its owner alone.
 *
 * @param file `:memory:` for what is gone afterwards
 * @throws DETECTORS_UNREADABLE
 */
export function openKept(file: string): Kept {
  const db = open(file);
  const statements = new Map<string, Libsql.Statement>();
  const prepared = (sql: string): Libsql.Statement => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const all = (sql: string, ...values: unknown[]) => prepared(sql).all(values) as Row[];
  const run = (sql: string, ...values: unknown[]): void => void prepared(sql).run(values);
  let lastId = (all('SELECT max(id) AS id FROM entities')[0]?.id as number | null) ?? 0;
  run('BEGIN IMMEDIATE');

  return {
    read: (name) => all('SELECT value FROM facts WHERE name = ?', name)[0]?.value as string | undefined,
    write: (name, value) => run('INSERT OR REPLACE INTO facts VALUES (?, ?)', name, value),
    entity(detector, key, features) {
      const [row] = all('SELECT id, state FROM entities WHERE detector = ? AND key = ?', detector, key);
      return row && entityOf(row, features);
    },
    active: (detector, features) =>
      all('SELECT id, key, state FROM entities WHERE detector = ? AND active = 1 ORDER BY id', detector).map(
        (row) => [row.key as string, entityOf(row, features)] as const,
      ),
    newId: () => ++lastId,
    put(detector, key, entity, active, features) {
      const { values, dataClass, next, seen, empty, newest, noted, previous, open, found } = entity;
      const state: EntityState = {
        ...{ values, dataClass, next, seen, empty, newest, noted },
        previous: previous.map((value) => (Number.isNaN(value) ? null : value)),
        open: [...open].map(([interval, tallies]) => [interval, features.save(tallies)]),
        ...(found && { found }),
      };
      run(
        'INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[entity.id, detector, key, active ? 1 : 0, dataClass, newest, JSON.stringify(state)],
      );
    },
    forest(entity) {
      const [row] = all('SELECT state FROM forests WHERE entity = ?', entity);
      const steps = all('SELECT numbers FROM steps WHERE entity = ? ORDER BY step', entity);
      return {
        // Lists of rows come with other kinds of bytes than single ones; a copy is the same of all.
        state: row && new Uint8Array(row.state as ArrayBuffer),
        steps: steps.map(({ numbers }) => [
          ...new Float64Array(new Uint8Array(numbers as ArrayBuffer).buffer),
        ]),
      };
    },
    note: (entity, step, values) =>
      run(
        'INSERT OR REPLACE INTO steps VALUES (?, ?, ?)',
        entity,
        step,
        Buffer.from(Float64Array.from(values).buffer),
      ),
    putForest(entity, state) {
      run(
        'INSERT OR REPLACE INTO forests VALUES (?, ?)',
        entity,
        Buffer.from(state.buffer, state.byteOffset, state.length),
      );
      run('DELETE FROM steps WHERE entity = ?', entity);
    },
    known: (detector) =>
      all('SELECT count(*) AS known FROM entities WHERE detector = ?', detector)[0]?.known as number,
    forget(which) {
      const rows =
        'detector' in which
          ? all('SELECT id FROM entities WHERE detector = ?', which.detector)
          : all('SELECT id FROM entities WHERE data_class = ? AND newest < ?', which.dataClass, which.before);
      const ids = rows.map(({ id }) => id as number);
      for (const id of ids) {
        run('DELETE FROM forests WHERE entity = ?', id);
        run('DELETE FROM steps WHERE entity = ?', id);
        run('DELETE FROM entities WHERE id = ?', id);
      }
      return ids;
    },
    classes: () => all('SELECT DISTINCT data_class AS name FROM entities').map(({ name }) => name as string),
    commit() {
      run('COMMIT');
      run('BEGIN IMMEDIATE');
    },
    close() {
      run('COMMIT');
      db.close();
    },
  };
}

function open(file: string): Libsql.Database {
  try {
    if (file !== ':memory:') {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      // Made before SQLite does, for the mode; its -wal and -shm take the mode of the file.
      closeSync(openSync(file, 'a', 0o600));
    }
    const db = new Libsql(file, { timeout: 5_000 });
    db.pragma('page_size = 16384');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    const found = (db.pragma('user_version') as { user_version: number }[])[0]?.user_version ?? 0;
    if (found === 0) db.transaction(() => db.exec(schema)).immediate();
    else if (found !== format) throw new Error(`it has version ${found}; version ${format} is read here`);
    return db;
  } catch (cause) {
    throw detectorErrors.DETECTORS_UNREADABLE({ file, cause: (cause as Error).message });
  }
}

function entityOf({ id, state }: Row, features: Features): Entity {
  const { previous, open, found, ...rest } = JSON.parse(state as string) as EntityState;
  return {
    ...rest,
    id: id as number,
    previous: previous.map((value) => value ?? Number.NaN),
    open: new Map(open.map(([interval, tallies]) => [interval, features.open(tallies)])),
    found,
  };
}
