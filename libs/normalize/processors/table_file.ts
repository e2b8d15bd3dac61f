import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { isObject, type Json, type JsonObject, parseJson, setField } from '@tidewatch/event';
import { DelimitedReader } from '../enrich/delimited.ts';
import type { Work } from './work.ts';

/** What stands for each key. */
export type Table = ReadonlyMap<string, Json>;

/** Bytes of a file, so that reading it doesn't hold up everything else. Larger tables are for enrichment. */
const maxBytes = 2 * 1024 * 1024;
/** How often a file is looked at, milliseconds of receipt. */
const lookMs = 5_000;

/**
 * A table in a file that is read again when it changes; one that is not right then leaves the old one in force.
 *
 * - `.json`: an object of value by key.
 * - `.txt`: a key in each line, with the value true; what begins with `#` is passed over.
 * - others: CSV whose first line names columns. The first is the key; with two columns the value is the second, with
 *   more it is an object of the others, in which a column's name is a path.
 *
 * @throws Error, in words for people, where the file can't be read at first
 */
export function tableFile(
  folder: string,
  file: string,
  keyOf: (key: string) => string,
): (work: Work) => Table {
  const path = isAbsolute(file) ? file : join(folder, file);
  const { size, mtimeMs } = statSync(path);
  if (size > maxBytes) throw new RangeError(`${file} has more than ${maxBytes} bytes`);
  let table = readTable(readFileSync(path, 'utf8'), path, keyOf);
  let version = `${mtimeMs} ${size}`;
  let lookAt = 0;
  const look = async (): Promise<void> => {
    const now = await stat(path);
    const found = `${now.mtimeMs} ${now.size}`;
    if (found === version || now.size > maxBytes) return;
    version = found;
    table = readTable(await readFile(path, 'utf8'), path, keyOf);
  };
  return ({ context: { received } }) => {
    if (received >= lookAt) {
      lookAt = received + lookMs;
      // What is not right with it keeps the old table in force, and is found when the parsers are loaded next.
      look().catch(() => {});
    }
    return table;
  };
}

/** @throws Error, in words for people */
function readTable(text: string, file: string, keyOf: (key: string) => string): Table {
  if (file.endsWith('.txt')) return keyTable(text, keyOf);
  return file.endsWith('.json') ? jsonTable(text, file, keyOf) : csvTable(text, file, keyOf);
}

function keyTable(text: string, keyOf: (key: string) => string): Table {
  const lines = text.split('\n').map((line) => line.trim());
  return new Map(lines.flatMap((line) => (line === '' || line.startsWith('#') ? [] : [[keyOf(line), true]])));
}

function jsonTable(text: string, file: string, keyOf: (key: string) => string): Table {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError(`${file} is no object of values by key`);
  const table = new Map<string, Json>();
  for (const [key, member] of Object.entries(value)) table.set(keyOf(key), withoutHostile(member));
  return table;
}

/** Checked as what comes from outside is. */
function withoutHostile(value: Json): Json {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new TypeError(parsed.message);
  return parsed.value;
}

function csvTable(text: string, file: string, keyOf: (key: string) => string): Table {
  const table = new Map<string, Json>();
  let columns: string[] | undefined;
  let unfit = 0;
  const reader = new DelimitedReader(
    { delimiter: file.endsWith('.tsv') ? '\t' : ',' },
    (values) => {
      const [key = '', ...rest] = values.map((value) => value.trim());
      if (columns === undefined) columns = rest;
      else if (columns.length === 1) table.set(keyOf(key), rest[0] ?? '');
      else table.set(keyOf(key), rowOf(columns, rest));
    },
    () => unfit++,
  );
  reader.push(text);
  reader.end();
  if (columns === undefined || columns.length === 0)
    throw new TypeError(`${file} has no line that names columns`);
  if (unfit > 0) throw new TypeError(`${file} has a quotation mark that is not closed`);
  return table;
}

function rowOf(columns: readonly string[], values: readonly string[]): JsonObject {
  const row: JsonObject = {};
  columns.forEach((column, i) => {
    const value = values[i];
    if (value !== undefined && value !== '') setField(row, column, value);
  });
  return row;
}
