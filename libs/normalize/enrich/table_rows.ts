import { isObject, type Json, type JsonObject, setField } from '@tidewatch/event';
import { withEcsTypes } from '../ecs_types.ts';
import { parseNetwork } from './address.ts';
import type { DelimitedOptions } from './delimited.ts';
import type { KeyIndexBuilder } from './key_index_builder.ts';
import { type Reader, type Tally, wholeReader } from './reader.ts';
import { rowReader } from './rows.ts';

/** How keys of a table are compared: equal but for case, as the network that an address is in, as a name or one above it. */
export type Match = 'exact' | 'network' | 'domain';

export interface TableSpec extends DelimitedOptions {
  readonly format: 'csv' | 'json';
  readonly header: boolean;
  /** Where the rows are in a JSON document, dotted; undefined: it is a list itself. */
  readonly rows?: string | undefined;
  /** Columns, each of whose values is a key of the row. */
  readonly key: readonly string[];
  readonly match: Match;
  /** Column by event field. */
  readonly fields: Readonly<Record<string, string>>;
  /** What every row adds, by event field. */
  readonly set: Readonly<Record<string, Json>>;
}

/** The space of a table's keys that are no networks. */
export const rowSpace = 'row';

/** Characters of what a row adds, as JSON: events that it goes into have their own bound. */
const maxRow = 65_536;

/** Reads a table's rows into an index: what a row adds to events, nested and of ECS' types, under each of its keys. */
export function tableReader(spec: TableSpec, builder: KeyIndexBuilder, tally: Tally): Reader {
  const onUnfit = () => {
    tally.unfit++;
  };
  const onRow = (read: (column: string) => Json | undefined) => {
    const keys = spec.key.flatMap((column) => textsOf(read(column)));
    const payload = JSON.stringify(additions(spec, read));
    let added = false;
    if (payload.length > maxRow) return onUnfit();
    for (const key of keys) added = addRow(builder, spec.match, key, payload) || added;
    if (added) tally.added++;
    else onUnfit();
  };
  if (spec.format === 'csv') {
    const needed = [...spec.key, ...Object.values(spec.fields)];
    return rowReader({ ...spec, needed }, onRow, onUnfit);
  }
  return wholeReader((document) => {
    for (const row of rowsOf(document, spec.rows)) {
      if (isObject(row)) onRow((column) => at(row, column));
      else onUnfit();
    }
  });
}

function rowsOf(document: Json, path: string | undefined): readonly Json[] {
  const rows = path === undefined ? document : isObject(document) ? at(document, path) : undefined;
  if (Array.isArray(rows)) return rows;
  throw new TypeError(path === undefined ? 'is no list of rows' : `has no list of rows at "${path}"`);
}

function at(row: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = row;
  if (Object.hasOwn(row, path)) return row[path];
  for (const name of path.split('.'))
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

const textsOf = (value: Json | undefined): string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((one) =>
    typeof one === 'string' || typeof one === 'number' ? [String(one)] : [],
  );

function additions({ fields, set }: TableSpec, read: (column: string) => Json | undefined): JsonObject {
  const event: JsonObject = {};
  for (const [field, value] of Object.entries(set)) setField(event, field, value);
  for (const [field, column] of Object.entries(fields)) {
    const value = read(column);
    if (value !== undefined && value !== null && value !== '') setField(event, field, value);
  }
  // What fits no type goes to `labels`, as everywhere.
  return withEcsTypes(event, () => {});
}

function addRow(builder: KeyIndexBuilder, match: Match, key: string, payload: string): boolean {
  if (match === 'network') {
    const network = parseNetwork(key.trim());
    if (network !== undefined) builder.addNetwork(network, { payload });
    return network !== undefined;
  }
  const folded = foldKey(match, key);
  if (folded === '' || Buffer.byteLength(folded) > 4_096) return false;
  builder.add(rowSpace, folded, { payload });
  return true;
}

/** A key as it is compared. */
export function foldKey(match: Match, key: string): string {
  const folded = key.trim().toLowerCase();
  return match === 'domain' ? folded.replace(/^\*?\./, '').replace(/\.$/, '') : folded;
}
