import { quote } from '@tidewatch/event/json_bytes';
import { type RelatedKind, relatedFields } from '../related.ts';
import { quote as quoteText, type Related } from '../written.ts';

/** A field that Windows events may have. */
export interface Field {
  readonly path: string;
  /** Its place among all fields, in the order in which they are written. */
  place: number;
}

const fields = new Map<string, Field>();

/**
 * The field of a path; all are named before the first event is read. One that ends with a dot stands for further members
 * of the object before it.
 */
export function field(path: string): Field {
  const known = fields.get(path);
  if (known !== undefined) return known;
  const created = { path, place: -1 };
  fields.set(path, created);
  layout = undefined;
  return created;
}

interface Layout {
  readonly paths: readonly string[];
  /** How many of them, the first ones, are members of `event`. */
  readonly inEvent: number;
  /** Places of what an event is about. */
  readonly related: readonly (readonly [place: number, kind: RelatedKind])[];
  /** What stands before the value at a place, by the place of the value before; made when first asked for. */
  readonly joints: string[];
  /** Paths of fields, and of the objects that hold them. */
  readonly held: ReadonlySet<string>;
  /** What ends the objects of a place. */
  readonly ends: readonly string[];
}

let layout: Layout | undefined;

/** Gives each field its place: objects in the order of their first field, and all of an object side by side. */
function arranged(): Layout {
  const all = grouped([...fields.keys()], '');
  const isEvent = (path: string): boolean => path.startsWith('event.');
  const paths = [...all.filter(isEvent), ...all.filter((path) => !isEvent(path))];
  const inEvent = paths.findLastIndex(isEvent) + 1;
  for (const [place, path] of paths.entries()) (fields.get(path) as Field).place = place;
  const related = relatedFields.flatMap(([about, kind]) =>
    paths.flatMap((path, place) =>
      path === about || path.startsWith(`${about}.`) ? [[place, kind] as const] : [],
    ),
  );
  return {
    paths,
    inEvent,
    related,
    joints: new Array((paths.length + 1) * paths.length).fill(''),
    held: new Set(
      paths.flatMap((path) => path.split('.').map((_, i, keys) => keys.slice(0, i + 1).join('.'))),
    ),
    ends: paths.map((path, place) => '}'.repeat(path.split('.').length - (place < inEvent ? 2 : 1))),
  };
}

/** Paths below a prefix, those of one object side by side. */
function grouped(paths: readonly string[], prefix: string): string[] {
  const names = new Set(paths.map((path) => path.slice(prefix.length).split('.')[0] as string));
  return [...names].flatMap((name) => {
    const path = prefix + name;
    const below = paths.filter((other) => other.startsWith(`${path}.`));
    return below.length === 0 ? [path] : grouped(below, `${path}.`);
  });
}

/** Whether a path is that of a field, or of an object with fields. */
export function holds(path: string): boolean {
  layout ??= arranged();
  return layout.held.has(path);
}

const beginning = -1;

/** What is written between the fields at two places: ends and beginnings of objects, and the name. */
function joint({ paths, inEvent }: Layout, last: number, next: number): string {
  const to = (paths[next] as string).split('.');
  const name = to.pop() as string;
  const from =
    last === beginning ? (next < inEvent ? ['event'] : []) : (paths[last] as string).split('.').slice(0, -1);
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  const begun = to.slice(shared).map((object) => `"${object}":{`);
  return `${'}'.repeat(from.length - shared)},${begun.join('')}${name === '' ? '' : `"${name}":`}`;
}

/** The fields of one event, each as JSON. */
export class EventFields {
  readonly #layout: Layout;
  readonly #values: (string | undefined)[];
  #hashes: Map<Field, ReadonlyMap<string, string>> | undefined;

  constructor() {
    layout ??= arranged();
    this.#layout = layout;
    this.#values = new Array<string | undefined>(layout.paths.length).fill(undefined);
  }

  /** @param json nothing where it is undefined */
  set({ place }: Field, json: string | undefined): void {
    if (json === undefined) return;
    this.#values[place] = json;
  }

  /** Puts an object of hashes, which the event is about in their order; what it has of them already is replaced. */
  setHashes(at: Field, hashes: ReadonlyMap<string, string>): void {
    const known = this.#hashes?.get(at);
    const all = known === undefined ? hashes : new Map([...known, ...hashes]);
    if (all.size === 0) return;
    this.#hashes ??= new Map();
    this.#hashes.set(at, all);
    let members = '';
    for (const [name, json] of all) members += `${members === '' ? '' : ','}"${name}":${json}`;
    this.set(at, `{${members}}`);
  }

  get({ place }: Field): string | undefined {
    return this.#values[place];
  }

  /** Members of `event`, each with a comma before it. */
  eventMembers(): string {
    return this.#write(0, this.#layout.inEvent);
  }

  /** All other members, each with a comma before it. */
  members(): string {
    const { inEvent, paths } = this.#layout;
    return this.#write(inEvent, paths.length);
  }

  #write(from: number, to: number): string {
    const values = this.#values;
    const { joints, paths, ends } = this.#layout;
    let json = '';
    let last = beginning;
    for (let place = from; place < to; place++) {
      const value = values[place];
      if (value === undefined) continue;
      const between = (last + 1) * paths.length + place;
      if (joints[between] === '') joints[between] = joint(this.#layout, last, place);
      json += joints[between] + value;
      last = place;
    }
    return last === beginning ? json : json + ends[last];
  }

  /** What the event is about, as it goes into `related.*`. */
  related(): Related {
    const related: Partial<Record<RelatedKind, string[]>> = {};
    const add = (kind: RelatedKind, json: string): void => {
      if (json === '""') return;
      related[kind] ??= [];
      const values = related[kind];
      if (json.charCodeAt(0) === quote) values.push(json);
      else for (const text of JSON.parse(json) as string[]) if (text !== '') values.push(quoteText(text));
    };
    for (const [place, kind] of this.#layout.related) {
      const json = this.#values[place];
      if (json !== undefined && kind !== 'hash') add(kind, json);
    }
    for (const known of this.#hashes?.values() ?? []) for (const json of known.values()) add('hash', json);
    return related;
  }
}
