import { openDatabase } from './database.ts';

/** For tests: the tables of a control database, by name. */
export function controlTables(file: string): readonly string[] {
  const db = openDatabase(file);
  const found = db
    .prepare<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all();
  db.close();
  return found.map(({ name }) => name);
}
