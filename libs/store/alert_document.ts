import { type Alert, type AlertRow, isObject, type JsonObject } from '@tidewatch/event';

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

/** Of that document, what a person's decision changes. */
export function decidedFields({ key, status, reason, assignee }: AlertRow): JsonObject {
  const taken = new Set(key.map(({ field }) => field));
  const fields = Object.entries({ status, reason, assignee });
  return Object.fromEntries(fields.filter(([field]) => !taken.has(field)));
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
