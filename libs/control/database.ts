import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { errors } from './errors.ts';

export type Value = string | number | null;

/** A prepared statement. Parameters are always given as a list: libsql aborts the process on a lone null or Buffer. */
export interface Statement<Row> {
  all(...values: Value[]): Row[];
  /** Rows changed. */
  run(...values: Value[]): number;
}

/** The control database. Calls are synchronous, so every statement stays tiny. */
export interface Database {
  prepare<Row = never>(sql: string): Statement<Row>;
  /** Runs `work` in one durable transaction; rolls back where it throws. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** What brings a database to format 1, 2 and so on from the one before. */
const steps: readonly string[] = [
  `
  CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
  CREATE TABLE login_links (hash TEXT PRIMARY KEY, user TEXT NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER)
    STRICT;
  CREATE TABLE sessions (hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, user TEXT NOT NULL, csrf TEXT NOT NULL,
    created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL) STRICT;
  CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
    target TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
  CREATE TABLE audit_chain (one INTEGER PRIMARY KEY CHECK (one = 1), start_seq INTEGER NOT NULL,
    start_hash TEXT NOT NULL, head_seq INTEGER NOT NULL, head_hash TEXT NOT NULL) STRICT;
  INSERT INTO audit_chain VALUES (1, 0, '', 0, '');
`,
  `
  CREATE TABLE seal_keys (id TEXT PRIMARY KEY, data_class TEXT NOT NULL, epoch TEXT NOT NULL, ends INTEGER NOT NULL,
    wrapped TEXT NOT NULL) STRICT;
  CREATE INDEX seal_keys_of ON seal_keys (data_class, epoch);
  CREATE TABLE originals (data_class TEXT NOT NULL, pseudonym TEXT NOT NULL, field TEXT NOT NULL, sealed TEXT NOT NULL,
    seen INTEGER NOT NULL, PRIMARY KEY (data_class, pseudonym)) STRICT, WITHOUT ROWID;
  CREATE INDEX originals_by_age ON originals (data_class, seen);
`,
  `
  ALTER TABLE users ADD COLUMN reach TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE users ADD COLUMN password TEXT;
  ALTER TABLE users ADD COLUMN subject TEXT;
  CREATE UNIQUE INDEX users_by_subject ON users (subject);
  ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT 'link';
  CREATE TABLE api_keys (hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, user TEXT NOT NULL, name TEXT NOT NULL,
    scopes TEXT NOT NULL, sources TEXT, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, last_used_at INTEGER)
    STRICT;
`,
  // Whom a provider vouched for has to come anew, to a session with an end of its own.
  `
  ALTER TABLE users ADD COLUMN vouched_at INTEGER;
  DELETE FROM sessions WHERE method = 'oidc';
  ALTER TABLE sessions ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0;
  UPDATE sessions SET ends_at = created_at + 604800000;
  CREATE TABLE devices (hash TEXT PRIMARY KEY, user TEXT NOT NULL, used_at INTEGER NOT NULL) STRICT;
`,
  `
  CREATE TABLE cases (id TEXT PRIMARY KEY, title TEXT NOT NULL, status TEXT NOT NULL, severity TEXT NOT NULL, owner TEXT,
    created_at INTEGER NOT NULL, created_by TEXT NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
  CREATE INDEX cases_by_change ON cases (updated_at);
  CREATE TABLE case_alerts (case_id TEXT NOT NULL, alert TEXT NOT NULL, data_class TEXT NOT NULL, at INTEGER NOT NULL,
    by TEXT NOT NULL, change TEXT NOT NULL, PRIMARY KEY (case_id, alert)) STRICT, WITHOUT ROWID;
  CREATE INDEX case_alerts_by_alert ON case_alerts (alert);
  CREATE TABLE case_entries (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
    action TEXT NOT NULL, detail TEXT NOT NULL, undo TEXT NOT NULL, undone INTEGER NOT NULL) STRICT;
  CREATE INDEX case_entries_of ON case_entries (case_id, at);
  CREATE TRIGGER cases_go_whole AFTER DELETE ON cases BEGIN
    DELETE FROM case_alerts WHERE case_id = OLD.id;
    DELETE FROM case_entries WHERE case_id = OLD.id;
  END;
  CREATE TABLE views (id TEXT PRIMARY KEY, owner TEXT NOT NULL, page TEXT NOT NULL, name TEXT NOT NULL,
    state TEXT NOT NULL, shared INTEGER NOT NULL, updated_at INTEGER NOT NULL, used_at INTEGER NOT NULL) STRICT;
  CREATE INDEX views_by_owner ON views (owner);
  CREATE TABLE view_defaults (user TEXT NOT NULL, page TEXT NOT NULL, view TEXT NOT NULL, PRIMARY KEY (user, page))
    STRICT, WITHOUT ROWID;
  CREATE TABLE searches (user TEXT NOT NULL, page TEXT NOT NULL, query TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (user, page, query)) STRICT, WITHOUT ROWID;
`,
  `
  ALTER TABLE users ADD COLUMN zone TEXT;
`,
];
const format = steps.length;

/** Opens or makes the database file, readable by its owner alone: WAL, each commit an fsync. */
export function openDatabase(file: string): Database {
  const db = open(file);
  migrate(db, file);
  let isOpen = true;
  const checkOpen = () => {
    if (!isOpen) throw errors.CONTROL_CLOSED();
  };
  return {
    prepare: <Row>(sql: string) => {
      const statement = db.prepare(sql);
      return {
        all: (...values) => {
          checkOpen();
          return statement.all(values) as Row[];
        },
        run: (...values) => {
          checkOpen();
          return statement.run(values).changes;
        },
      } satisfies Statement<Row>;
    },
    transaction: (work) => {
      checkOpen();
      return db.transaction(work).immediate();
    },
    close: () => {
      isOpen = false;
      db.close();
    },
  };
}

function open(file: string): Libsql.Database {
  try {
    mkdirSync(dirname(file), { recursive: true });
    // Made before SQLite does, for the mode; its -wal and -shm take the mode of the file.
    closeSync(openSync(file, 'a', 0o600));
    return new Libsql(file, { timeout: 5_000 });
  } catch (cause) {
    throw errors.CONTROL_UNREADABLE({ file, cause: (cause as Error).message });
  }
}

function migrate(db: Libsql.Database, file: string): void {
  let found: number;
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // What is deleted is overwritten: keys of originals are deleted to erase what they sealed.
    db.pragma('secure_delete = ON');
    found = (db.pragma('user_version') as { user_version: number }[])[0]?.user_version ?? 0;
    for (let at = found; at < format; at++)
      db.transaction(() => db.exec(`${steps[at]} PRAGMA user_version = ${at + 1};`)).immediate();
  } catch (cause) {
    throw errors.CONTROL_DAMAGED({ file, cause: (cause as Error).message });
  }
  if (found > format) throw errors.CONTROL_NEWER({ file, found, known: format });
}
