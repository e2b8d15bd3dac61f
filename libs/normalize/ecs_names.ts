import { type EcsField, ecs } from './ecs_types.ts';
import { type KnownName, type KnownObject, knownName } from './json_text.ts';
import type { RelatedKind } from './related.ts';

/** Why a member is more than a value with a type. */
export type Part =
  | 'timestamp'
  | 'event'
  | 'ecs'
  | 'labels'
  | 'tags'
  | 'stream'
  | 'stream_dataset'
  | 'kind'
  | 'dataset'
  | 'module'
  | 'created'
  | 'original'
  /** Not taken over. */
  | 'left_out'
  /** Left to others. */
  | 'refused';

/** Which values go on as they stand. */
export interface Takes {
  /** Any text, those that are values of the type, or none. */
  readonly text: 'any' | 'checked' | 'none';
  readonly type: EcsField['type'];
  readonly object: boolean;
  readonly null: boolean;
  readonly boolean: boolean;
  readonly number: 'any' | 'whole' | 'none';
  /** What the elements of an array may be: anything, single values as itself, or nothing. */
  readonly array: 'any' | 'single' | 'none';
}

/** What ECS doesn't know may be anything. */
export const anything: Takes = {
  text: 'any',
  type: undefined,
  object: true,
  null: true,
  boolean: true,
  number: 'any',
  array: 'any',
};

const nothingElse = {
  type: undefined,
  object: false,
  boolean: false,
  number: 'none',
  array: 'none',
} as const;

/** What stands in `labels`. */
const texts: Takes = { ...nothingElse, text: 'any', null: false };

/** A member of ECS documents. */
export interface EcsName extends KnownName {
  readonly part: Part | undefined;
  /** Whether the envelope says it itself. */
  readonly said: boolean;
  readonly takes: Takes;
  /** What its texts are related to the event as. */
  readonly related: RelatedKind | undefined;
  /** The members of the objects that it is or holds; made when there is one. */
  members: EcsObject | undefined;
  readonly inner: () => EcsObject;
}

export type EcsObject = KnownObject<EcsName>;

type Place = 'document' | 'event' | 'stream' | 'labels' | 'below';

const parts: Readonly<Record<Place, Readonly<Record<string, Part>>>> = {
  document: {
    '@timestamp': 'timestamp',
    event: 'event',
    ecs: 'ecs',
    labels: 'labels',
    tags: 'tags',
    data_stream: 'stream',
    tidewatch: 'left_out',
    // Documents with these have more to them.
    related: 'refused',
    winlog: 'refused',
    Event: 'refused',
    EventID: 'refused',
    __REALTIME_TIMESTAMP: 'refused',
  },
  event: {
    id: 'refused',
    kind: 'kind',
    dataset: 'dataset',
    module: 'module',
    created: 'created',
    ingested: 'left_out',
    original: 'original',
  },
  stream: { dataset: 'stream_dataset' },
  labels: {},
  below: {},
};

const said: Readonly<Record<Place, ReadonlySet<string>>> = {
  document: new Set(['@timestamp', 'tidewatch', 'event', 'tags', 'ecs']),
  event: new Set(['dataset', 'kind', 'module', 'created', 'ingested']),
  stream: new Set(),
  labels: new Set(),
  below: new Set(),
};

/** Most names known of one object, and of all, and the longest: made-up ones must not fill the memory. */
const maxNames = 256;
const maxAllNames = 20_000;
const maxNameLength = 100;

let allNames = 0;
let known = documents();

/** What is known of the members of documents so far; nothing again, once there was no room for more. */
export function knownDocuments(): EcsObject {
  if (allNames > maxAllNames) {
    allNames = 0;
    known = documents();
  }
  return known;
}

/** The names that were met in an object. */
export function namesIn({ names }: EcsObject, number: number): string[] {
  const given: string[] = [];
  for (const { name, metIn } of names) if (metIn === number) given.push(name);
  return given;
}

function documents(): EcsObject {
  return objectOf('document', ecs, undefined);
}

function objectOf(place: Place, group: EcsField | undefined, kind: RelatedKind | undefined): EcsObject {
  const names: EcsName[] = [];
  return {
    names,
    meet(name) {
      if (name.length > maxNameLength) return undefined;
      if (names.length === maxNames) allNames = maxAllNames;
      if (++allNames > maxAllNames) return undefined;
      return nameOf(place, name, group?.members.get(name), kind);
    },
  };
}

function nameOf(
  place: Place,
  name: string,
  field: EcsField | undefined,
  kind: RelatedKind | undefined,
): EcsName {
  const part = Object.hasOwn(parts[place], name) ? parts[place][name] : undefined;
  const related = field?.related ?? kind;
  const inner = part === 'event' || part === 'stream' || part === 'labels' ? part : 'below';
  return {
    ...knownName(name),
    part,
    said: said[place].has(name),
    takes: place === 'labels' ? texts : takesOf(field),
    related,
    members: undefined,
    inner: () => objectOf(inner, field?.type === undefined ? field : undefined, related),
  };
}

function takesOf(field: EcsField | undefined): Takes {
  if (field === undefined) return anything;
  const none = { ...nothingElse, text: 'none', null: true } as const;
  const { type } = field;
  switch (type) {
    case undefined:
      return { ...none, type, object: true };
    case 'geo_point':
      return { ...anything, type };
    case 'object':
    case 'flattened':
    case 'nested':
      return { ...none, type, object: true, array: 'any' };
    case 'long':
    case 'integer':
      return { ...none, type, number: 'whole', array: 'single' };
    case 'float':
    case 'double':
    case 'scaled_float':
      return { ...none, type, number: 'any', array: 'single' };
    case 'boolean':
      return { ...none, type, boolean: true, array: 'single' };
    case 'date':
    case 'ip':
      return { ...none, type, text: 'checked', array: 'single' };
    default:
      return { ...none, type, text: 'any', array: 'single' };
  }
}
