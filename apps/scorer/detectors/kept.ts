import type Libsql from 'libsql';
import { openDetectorsFile } from './detectors_file.ts';
import type { Entity } from './entity.ts';
import type { Features, TallyState } from './features.ts';
import { createKnownValues, type KnownValues, type Row } from './known_values.ts';
import type { Found } from './result.ts';

/** Entities as the file has them, see {@link Entity}. */
interface EntityState extends Pick<Entity, 'dataClass' | 'next' | 'seen' | 'empty' | 'newest' | 'noted'> {
  readonly values: readonly string[];
  readonly previous: readonly (number | null)[];
  readonly open: readonly (readonly [interval: number, tallies: readonly TallyState[]])[];
  readonly found?: Found;
}

/** An interval as its detector saw it. Numbers are rounded to 24 bits, and NaN where something was not known. */
export interface Said {
  /** Counted from the epoch. */
  readonly at: number;
  /** Score and grade, then each feature's value, then what was expected of each. */
  readonly numbers: Float32Array;
}

export interface EntitiesAsked {
  /** Part of one of its values, whatever the case of letters. */
  readonly text?: string;
  /** Data classes that the asker may see. */
  readonly classes: 'all' | readonly string[];
  readonly limit: number;
}

/** An entity as lists show it. Times are epoch milliseconds. */
export interface EntityRow {
  readonly id: number;
  readonly values: readonly string[];
  readonly dataClass: string;
  readonly active: boolean;
  /** Intervals that its forest was told. */
  readonly seen: number;
  readonly newest: number;
  /** What was said of its last interval. */
  readonly last?: Said;
}

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
  readonly meet: KnownValues['meet'];
  /** Keeps what was said of an interval, for as long as it is one of the entity's last ones. @param numbers see {@link Said} */
  say(entity: number, at: number, numbers: readonly number[]): void;
  /** What was said of an entity's last intervals, the oldest first. */
  said(entity: number): readonly Said[];
  /** The first entity of these keys that may be seen. */
  named(detector: string, keys: readonly string[], classes: EntitiesAsked['classes']): number | undefined;
  /** Entities of a detector by their newest event, the newest first. */
  find(detector: string, asked: EntitiesAsked): readonly EntityRow[];
  known(detector: string): number;
  /** How many entities of a detector there are of each data class. */
  classes(detector: string): Readonly<Record<string, number>>;
  /**
   * Deletes entities of a detector that are put aside, as many as there are up to `most`: first those that were told fewer intervals than
   * `graded`, and of either those without events for longest. Answers which.
   */
  makeRoom(detector: string, most: number, graded: number): readonly number[];
  /**
   * Deletes entities of a detector (of one data class, if it is named), or of a data class whose newest event was before a time
   * (epoch ms); answers which. Of those of the class that stay, it forgets values that did not come since.
   */
  forget(
    which:
      | { readonly detector: string; readonly dataClass?: string }
      | { readonly dataClass: string; readonly before: number },
  ): readonly number[];
  /** How many entities and values of a data class that would forget. */
  due(dataClass: string, before: number): number;
  /** Durable when it returns. */
  commit(): void;
  close(): void;
}

/** What was said of so many of an entity's last intervals is kept. */
const mostSaid = 512;
/** Older ones go each time that so many intervals are over. */
const trimEvery = 32;

/**
 * Opens or makes the file, readable by its owner alone.
 *
 * @param file `:memory:` for what is gone afterwards: what was said of intervals is not kept there
 * @throws DETECTORS_UNREADABLE
 */
export function openKept(file: string): Kept {
  const db = openDetectorsFile(file);
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
  const known = createKnownValues(all, run);
  const ids = (sql: string, ...values: unknown[]) => all(sql, ...values).map(({ id }) => id as number);
  const old = (dataClass: string, before: number) =>
    ids('SELECT id FROM entities WHERE data_class = ? AND newest < ?', dataClass, before);

  function remove(id: number): void {
    run('DELETE FROM forests WHERE entity = ?', id);
    run('DELETE FROM steps WHERE entity = ?', id);
    run('DELETE FROM said WHERE entity = ?', id);
    known.forget(id);
    run('DELETE FROM entities WHERE id = ?', id);
  }

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
    meet: known.meet,
    say(entity, at, numbers) {
      if (file === ':memory:') return;
      run(
        'INSERT OR REPLACE INTO said VALUES (?, ?, ?)',
        entity,
        at,
        Buffer.from(Float32Array.from(numbers).buffer),
      );
      if (at % trimEvery === 0) run('DELETE FROM said WHERE entity = ? AND at <= ?', entity, at - mostSaid);
    },
    said: (entity) => all('SELECT at, numbers FROM said WHERE entity = ? ORDER BY at', entity).map(saidOf),
    named(detector, keys, classes) {
      const [row] = all(
        `SELECT id FROM entities WHERE detector = ? AND key IN (SELECT value FROM json_each(?))
           AND (? OR data_class IN (SELECT value FROM json_each(?)))`,
        ...[detector, JSON.stringify(keys), classes === 'all' ? 1 : 0, classList(classes)],
      );
      return row?.id as number | undefined;
    },
    find: (detector, { text = '', classes, limit }) =>
      all(
        `SELECT id, data_class, active, newest, json_extract(state, '$.values') AS "values", json_extract(state, '$.seen') AS seen
         FROM entities WHERE detector = ? AND (? OR data_class IN (SELECT value FROM json_each(?)))
           AND (? = '' OR EXISTS (SELECT 1 FROM json_each(state, '$.values') WHERE instr(lower(value), lower(?)) > 0))
         ORDER BY newest DESC, id LIMIT ?`,
        ...[detector, classes === 'all' ? 1 : 0, classList(classes), text, text, limit],
      ).map((row) => {
        const last = all(
          'SELECT at, numbers FROM said WHERE entity = ? ORDER BY at DESC LIMIT 1',
          row.id,
        ).map(saidOf);
        return {
          ...{
            id: row.id as number,
            values: JSON.parse(row.values as string),
            dataClass: row.data_class as string,
          },
          ...{ active: row.active === 1, seen: row.seen as number, newest: row.newest as number },
          ...(last[0] && { last: last[0] }),
        };
      }),
    known: (detector) =>
      all('SELECT count(*) AS known FROM entities WHERE detector = ?', detector)[0]?.known as number,
    classes: (detector) =>
      Object.fromEntries(
        all(
          'SELECT data_class, count(*) AS known FROM entities WHERE detector = ? GROUP BY data_class',
          detector,
        ).map(({ data_class, known }) => [data_class as string, known as number]),
      ),
    makeRoom(detector, most, graded) {
      const gone = ids(
        `SELECT id FROM entities WHERE detector = ? AND active = 0
           ORDER BY json_extract(state, '$.seen') >= ?, newest, id LIMIT ?`,
        ...[detector, graded, most],
      );
      for (const id of gone) remove(id);
      return gone;
    },
    forget(which) {
      const gone =
        'before' in which
          ? old(which.dataClass, which.before)
          : ids(
              'SELECT id FROM entities WHERE detector = ? AND data_class = coalesce(?, data_class)',
              which.detector,
              which.dataClass ?? null,
            );
      for (const id of gone) remove(id);
      if ('before' in which) known.expire(which.dataClass, which.before);
      return gone;
    },
    due: (dataClass, before) => old(dataClass, before).length + known.due(dataClass, before),
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

const classList = (classes: EntitiesAsked['classes']): string =>
  JSON.stringify(classes === 'all' ? [] : classes);

const saidOf = ({ at, numbers }: Row): Said => ({
  at: at as number,
  numbers: new Float32Array(new Uint8Array(numbers as ArrayBuffer).buffer),
});

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
