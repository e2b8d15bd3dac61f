import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { detectorErrors } from './errors.ts';
import { knownByAge, knownSchema } from './known_values.ts';

const saidSchema = `
  CREATE TABLE said (entity INTEGER NOT NULL, at INTEGER NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (entity, at))
    STRICT, WITHOUT ROWID;
  ${knownSchema}
`;
const schema = `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE entities (id INTEGER PRIMARY KEY, detector TEXT NOT NULL, key TEXT NOT NULL, active INTEGER NOT NULL,
    data_class TEXT NOT NULL, newest INTEGER NOT NULL, state TEXT NOT NULL, UNIQUE (detector, key)) STRICT;
  CREATE INDEX active_entities ON entities (detector) WHERE active = 1;
  CREATE INDEX entities_by_age ON entities (data_class, newest);
  CREATE TABLE forests (entity INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;
  CREATE TABLE steps (entity INTEGER NOT NULL, step INTEGER NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (entity, step))
    STRICT, WITHOUT ROWID;
  ${saidSchema}
`;

/** By the version of a file what it lacks. */
const missingIn = [schema, saidSchema, knownSchema, knownByAge, ''];
const format = missingIn.length - 1;

/**
 * Opens or makes the file of what detectors learn, readable by its owner alone; what an older version lacks is added.
 *
 * @param file `:memory:` for what is gone afterwards
 * @throws DETECTORS_UNREADABLE
 */
export function openDetectorsFile(file: string): Libsql.Database {
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
    const missing = missingIn[found];
    if (missing === undefined) throw new Error(`it has version ${found}; version ${format} is read here`);
    if (found < format)
      db.transaction(() => db.exec(`${missing} PRAGMA user_version = ${format};`)).immediate();
    return db;
  } catch (cause) {
    throw detectorErrors.DETECTORS_UNREADABLE({ file, cause: (cause as Error).message });
  }
}
