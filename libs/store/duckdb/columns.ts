import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import {
  addressKey,
  documentFacts,
  type SqlColumn,
  type SqlLayout,
  valuesAt,
  wordKey,
} from '@tidewatch/query';
import { wellFormed } from '../well_formed.ts';

/** A field that has a column of its own beside the document, so that filters and counts need not read the JSON. */
export interface PromotedField {
  readonly path: string;
  readonly column: string;
  readonly type: 'text' | 'number';
  /** A second column, named `<column>_key`, keeps its address in an order that networks can be cut from. */
  readonly address?: boolean;
  /** Its texts hardly repeat. */
  readonly varied?: boolean;
}

/** For texts that hardly repeat: to look for a dictionary of them takes longer than to compress them. */
export const variedText = 'VARCHAR USING COMPRESSION fsst';

const text = (path: string): PromotedField => ({ path, column: path.replaceAll('.', '_'), type: 'text' });
const address = (path: string): PromotedField => ({ ...text(path), address: true });
const varied = (path: string): PromotedField => ({ ...text(path), varied: true });
const number = (path: string): PromotedField => ({ ...text(path), type: 'number' });

/** What analysts filter and count by most. A change is a change of the files' layout. */
export const eventFields: readonly PromotedField[] = [
  ...[
    'host.name',
    'user.name',
    'user.domain',
    'event.dataset',
    'event.code',
    'event.action',
    'event.outcome',
  ].map(text),
  ...['event.provider', 'event.module', 'event.kind', 'tidewatch.source', 'tidewatch.data_class'].map(text),
  ...['process.name', 'process.executable'].map(text),
  varied('process.command_line'),
  ...['process.parent.name', 'process.parent.executable', 'file.path', 'url.path'].map(text),
  ...['user_agent.original', 'dns.question.name', 'http.request.method', 'winlog.channel'].map(text),
  text('log.level'),
  ...['message', 'event.original'].map(varied),
  ...['source.ip', 'destination.ip'].map(address),
  ...['source.port', 'destination.port', 'http.response.status_code'].map(number),
];

/** Columns in SQL, in the order that {@link promote} gives the values. */
export const columnDefinitions = (fields: readonly PromotedField[]): string[] =>
  fields.flatMap(({ column, type, address, varied }) => [
    `${column} ${type === 'number' ? 'DOUBLE' : varied === true ? variedText : 'VARCHAR'}`,
    ...(address === true ? [`${column}_key VARCHAR`] : []),
  ]);

export interface PromotedDocument {
  readonly values: readonly (string | number | null)[];
  /** A column could not hold its field's value, or arrays hold objects: conditions must walk the document. */
  readonly nested: boolean;
  readonly text: string;
  /** JSON, well formed for DuckDB's reader. */
  readonly json: string;
}

/** What a table keeps of a document beside it. */
export function promote(
  document: JsonObject,
  fields: readonly { readonly field: PromotedField; readonly keys: readonly string[] }[],
  onPath: (path: string) => void,
): PromotedDocument {
  let json = JSON.stringify(document);
  let source = document;
  // A lone surrogate is written as an escape that DuckDB refuses to read, and one such row would fail every query.
  if (json.includes('\\ud') && /\\ud[89a-f]/.test(json)) {
    source = wellFormed(document) as JsonObject;
    json = JSON.stringify(source);
  }
  const facts = documentFacts(source, onPath);
  let { nested } = facts;
  const values: (string | number | null)[] = [];
  for (const { field, keys } of fields) {
    const value = onlyValue(source, keys);
    const fits = value === null || typeof value === (field.type === 'text' ? 'string' : 'number');
    if (!fits) nested = true;
    const kept = fits ? (value as string | number | null) : null;
    values.push(kept);
    if (field.address === true) values.push(typeof kept === 'string' ? (addressKey(kept) ?? null) : null);
  }
  return { values, nested, text: facts.text, json };
}

/** The value at a path, null where there is none; undefined where there are several. */
function onlyValue(document: JsonObject, keys: readonly string[]): Json | undefined {
  let value: Json = document;
  for (const key of keys) {
    if (Array.isArray(value)) return among(valuesAt(document, keys));
    if (!isObject(value) || !Object.hasOwn(value, key)) return null;
    value = value[key] as Json;
  }
  return Array.isArray(value) ? among(valuesAt(document, keys)) : value;
}

const among = (values: readonly Json[]): Json | undefined =>
  values.length > 1 ? undefined : (values[0] ?? null);

export const withKeys = (fields: readonly PromotedField[]) =>
  fields.map((field) => ({ field, keys: field.path.split('.') }));

/** How queries see a table whose rows {@link promote} made. */
export function createLayout(
  fields: readonly PromotedField[],
  paths: () => Iterable<string>,
  document: string,
  timeColumns: ReadonlyMap<string, string> = new Map(),
): SqlLayout {
  const columns = new Map<string, SqlColumn>();
  for (const { path, column, type, address } of fields) {
    if (type === 'number') columns.set(path, { type, sql: column });
    else
      columns.set(
        path,
        address === true ? { type, sql: column, address: `${column}_key` } : { type, sql: column },
      );
  }
  for (const [path, sql] of timeColumns) columns.set(path, { type: 'time', sql });
  return {
    document,
    texts: ['message', 'event_original', 'words'],
    words: 'words',
    column: (path) => columns.get(path),
    paths,
  };
}

/** As {@link createLayout}, of events, whose words have keys. */
export function createEventLayout(paths: () => ReadonlySet<string>): SqlLayout {
  const fields: readonly PromotedField[] = [...eventFields, { path: 'event.id', column: 'id', type: 'text' }];
  const layout = createLayout(fields, paths, 'doc', new Map([['@timestamp', 'ts']]));
  let found: Map<string, string | undefined> | undefined;
  const keyOf = (path: string): string => wordKey(path.split('.'));
  return {
    ...layout,
    wordKey(path) {
      const key = keyOf(path);
      if (found === undefined) {
        found = new Map();
        for (const other of paths()) {
          const known = keyOf(other);
          found.set(known, found.has(known) ? undefined : other);
        }
      }
      return !found.has(key) || found.get(key) === path ? key : undefined;
    },
  };
}
