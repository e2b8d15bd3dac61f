import { type Alert, isObject, type JsonObject, levels } from '@tidewatch/event';
import { columnDefinitions, type PromotedField, promote, withKeys } from './columns.ts';
import type { AppendRow } from './engine.ts';

const text = (path: string): PromotedField => ({ path, column: path.replaceAll('.', '_'), type: 'text' });

/** Fields of {@link alertDocument} that have a column. */
export const alertFields: readonly PromotedField[] = [
  ...['id', 'title', 'rule.id', 'rule.level', 'engine', 'status', 'reason', 'assignee', 'summary'].map(text),
  ...['host.name', 'user.name', 'message', 'event.original'].map(text),
  { path: 'count', column: 'matches_counted', type: 'number' },
];

export const alertTables = [
  `alerts(last_at BIGINT, bucket_end BIGINT, level_rank BIGINT, data_class VARCHAR, created_at BIGINT, finality VARCHAR, nested BOOLEAN, ${columnDefinitions(alertFields).join(', ')}, words VARCHAR, document JSON, alert VARCHAR)`,
  'changes(id VARCHAR, changed_at BIGINT, entries VARCHAR)',
  'paths(path VARCHAR)',
];

/** Where `nested` stands in a row of {@link alertRow}. */
export const nestedColumn = 6;

/** What queries see of an alert: its first event, with the alert's own fields and its entity key over it. */
export function alertDocument(alert: Alert): JsonObject {
  const { detector, id, status, reason, assignee, summary, count } = alert;
  const document: JsonObject = { ...alert.matches[0]?.event };
  Object.assign(document, {
    id,
    title: detector.title,
    engine: detector.engine,
    status,
    reason,
    assignee,
    summary,
    count,
  });
  document.tags = [...(detector.tags ?? [])];
  put(document, ['rule', 'id'], detector.id);
  put(document, ['rule', 'level'], detector.level);
  for (const { field, value } of alert.key) put(document, field.split('.'), value);
  return document;
}

/** Sets a value on copies of the objects on its way, since the event is shared. */
function put(document: JsonObject, keys: readonly string[], value: string): void {
  let object = document;
  for (const key of keys.slice(0, -1)) {
    const below = Object.hasOwn(object, key) ? object[key] : undefined;
    const copy: JsonObject = isObject(below) ? { ...below } : {};
    Object.defineProperty(object, key, { value: copy, enumerable: true, configurable: true, writable: true });
    object = copy;
  }
  const last = keys.at(-1) as string;
  Object.defineProperty(object, last, { value, enumerable: true, configurable: true, writable: true });
}

const fields = withKeys(alertFields);

/** The row of an alert, in the order of the table's columns. */
export function alertRow(alert: Alert, onPath: (path: string) => void): AppendRow {
  const { values, nested, text: words, json } = promote(alertDocument(alert), fields, onPath);
  return [
    BigInt(alert.last),
    BigInt(alert.bucket.end),
    BigInt(levels.indexOf(alert.detector.level)),
    alert.dataClass,
    BigInt(alert.createdAt),
    alert.finality,
    nested,
    ...values,
    words,
    json,
    JSON.stringify(alert),
  ];
}
