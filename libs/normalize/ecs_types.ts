import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { type EcsType, ecsFields } from './ecs_fields.ts';
import { type RelatedKind, relatedFields } from './related.ts';
import { addOwn, ipAddress } from './setters.ts';
import { parseTime } from './time.ts';

/** A field of ECS or what stands above fields; what has no type must be an object. */
export interface EcsField {
  type?: EcsType;
  /** What its texts, or those of its members, are related to the event as. */
  related?: RelatedKind;
  readonly members: Map<string, EcsField>;
}

/** What stands above all fields. */
export const ecs: EcsField = { members: new Map() };
for (const [type, paths] of Object.entries(ecsFields) as [EcsType, string][])
  for (const path of paths.split(' ')) fieldAt(path).type = type;
for (const [path, kind] of relatedFields) fieldAt(path).related = kind;

function fieldAt(path: string): EcsField {
  let field = ecs;
  for (const name of path.split('.')) {
    const next = field.members.get(name) ?? { members: new Map() };
    field.members.set(name, next);
    field = next;
  }
  return field;
}

/** Whether ECS has fields of that top-level name, e.g. `process`. */
export const isEcsGroup = (name: string): boolean => ecs.members.has(name);

/** The type of a field of ECS; undefined where ECS has no such field. */
export function ecsTypeOf(path: string): EcsType | undefined {
  let field: EcsField | undefined = ecs;
  for (const name of path.split('.')) field = field?.members.get(name);
  return field?.type;
}

const isAnyObject = (type: EcsType): boolean =>
  type === 'object' || type === 'flattened' || type === 'nested';

const wrong = Symbol('a value that the type does not take');

/**
 * A copy of a document in which every ECS field has its ECS type. Values that a store would coerce anyway (`"443"`
 * for a long) are converted; one that no conversion fits goes to `labels.<path with _ for .>` as text, so that it
 * neither fails at the index nor is lost. Fields that ECS doesn't know are kept as they are.
 */
export function withEcsTypes(document: JsonObject, onWrongType: () => void): JsonObject {
  const labels: JsonObject = {};
  const checked = checkObject(document, ecs, '', (path, value) => {
    addOwn(labels, path.replaceAll('.', '_'), asLabel(value));
    onWrongType();
  });
  const own = isObject(checked.labels) ? checked.labels : {};
  for (const key of Object.keys(own)) addOwn(labels, key.replaceAll('.', '_'), asLabel(own[key] as Json));
  if (Object.keys(labels).length > 0) checked.labels = labels;
  return checked;
}

type Reject = (path: string, value: Json) => void;

function checkObject(object: JsonObject, { members }: EcsField, prefix: string, reject: Reject): JsonObject {
  const result: JsonObject = {};
  for (const key of Object.keys(object)) {
    const path = `${prefix}${key}`;
    const value = object[key] as Json;
    const kept = check(members.get(key), path, value, reject);
    if (kept === wrong) reject(path, value);
    else addOwn(result, key, kept as Json);
  }
  return result;
}

function check(field: EcsField | undefined, path: string, value: Json, reject: Reject): Json | typeof wrong {
  if (field === undefined || value === null) return value;
  if (field.type !== undefined) return coerce(field.type, value);
  return isObject(value) ? checkObject(value, field, `${path}.`, reject) : wrong;
}

function coerce(type: EcsType, value: Json): Json | typeof wrong {
  if (isAnyObject(type)) return typeof value === 'object' ? value : wrong;
  if (type === 'geo_point') return value;
  if (!Array.isArray(value)) return coerceScalar(type, value);
  const members = value.map((member) => coerceScalar(type, member));
  return members.includes(wrong) ? wrong : (members as Json[]);
}

/** A value as one of the type, the value itself where it is one; or {@link wrong}. */
export function coerceScalar(type: EcsType, value: Json): Json | typeof wrong {
  if (typeof value === 'object') return wrong;
  switch (type) {
    case 'long':
    case 'integer':
      return toNumber(value, Number.isSafeInteger);
    case 'float':
    case 'double':
    case 'scaled_float':
      return toNumber(value, Number.isFinite);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return value === 'true' ? true : value === 'false' ? false : wrong;
    case 'date':
      return parseTime(value, Date.UTC) === undefined ? wrong : value;
    case 'ip':
      return typeof value === 'string' ? (ipAddress(value) ?? wrong) : wrong;
    default:
      return typeof value === 'string' ? value : String(value);
  }
}

function toNumber(value: string | number | boolean, isKind: (n: number) => boolean): number | typeof wrong {
  const number =
    typeof value === 'string' && /^-?\d{1,16}(?:\.\d{1,16})?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && isKind(number) ? number : wrong;
}

const asLabel = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
