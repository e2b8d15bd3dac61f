import { type DatasetOrigin, namespacesOf } from './dataset_sources.ts';
import { ecsRoots, namespaces } from './field_names.ts';
import type { EventPath } from './path_note.ts';
import { form, windowsForms } from './path_note.ts';
import { childOf, type PathNode } from './path_tree.ts';

/** Where a field's value came from; the lower wins. */
export const rank = { data: 0, system: 1, root: 2, same: 3, ecsSystem: 4, ecs: 5 } as const;

/** In which form an event of the Windows event log came, or that it is none. */
export type Shape = 'evtx' | 'winlog' | 'flat' | 'other';

/** A field that a path's value is a value of. */
export interface Action {
  readonly field: number;
  readonly rank: number;
  /** The field's path in the event, in two parts. */
  readonly where: string;
  readonly key: string;
  /** An object there is one of ECS, no value of the field. */
  readonly notObject: boolean;
}

/** What a path means in events of one kind. */
export interface Reading {
  readonly actions: readonly Action[];
  /** Keywords look into its value. */
  readonly isKeyword: boolean;
}

/** The fields that rules ask for, as trees of the names that events have for them. */
export interface FieldTrees {
  readonly fields: PathNode;
  /** Of evtx_dump's `System`. */
  readonly system: PathNode;
  /** Of `winlog`. */
  readonly winlog: PathNode;
}

/** How events of one kind are read. */
export interface Profile {
  readonly shape: Shape;
  readonly read: (keys: readonly string[]) => readonly Action[];
}

export const shapeOf = (forms: number): Shape => {
  const system = (forms & form.eventIsObject) === 0 ? form.system : form.eventHasSystem;
  if ((forms & system) !== 0) return 'evtx';
  if ((forms & form.winlog) !== 0) return 'winlog';
  if ((forms & form.eventId) !== 0 && (forms & form.flatMark) !== 0) return 'flat';
  return (forms & form.dottedWinlog) === 0 ? 'other' : 'winlog';
};

type Read = (keys: readonly string[]) => Action[];

/** So many data sets have a profile of their own; hostile events could otherwise fill the memory. */
const profileLimit = 200;

/** What paths mean, found out once for each path in events of each kind. */
export class Profiles {
  private readonly trees: FieldTrees;
  private readonly known = new Map<string, Profile>();

  constructor(trees: FieldTrees) {
    this.trees = trees;
  }

  /** @param origin of an event that is not of Windows */
  of(forms: number, origin: DatasetOrigin | null): Profile {
    const key = origin === null ? String(forms & windowsForms) : `${origin.dataset}\0${origin.module}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const shape = shapeOf(forms);
    const names =
      origin === null ? [] : [origin.dataset, origin.module, ...namespacesOf(origin.dataset, origin.module)];
    const profile = { shape, read: readerOf(shape, forms, this.trees, names) };
    if (this.known.size >= profileLimit) this.known.clear();
    this.known.set(key, profile);
    return profile;
  }

  read(profile: Profile, { keys, note }: EventPath): Reading {
    if (note.profile === profile) return note.reading;
    note.readings ??= new WeakMap();
    let reading = note.readings.get(profile);
    if (reading === undefined) {
      reading = { actions: profile.read(keys), isKeyword: isKeyword(keys, profile.shape) };
      note.readings.set(profile, reading);
    }
    note.profile = profile;
    note.reading = reading;
    return reading;
  }
}

/**
 * Events of evtx_dump (`Event` with `System` and `EventData` or `UserData`), of winlogbeat and what Tidewatch's
 * normaliser writes (`winlog` with `event_data` or `user_data`, nested or with dotted keys), of nxlog (flat: `EventID`
 * beside `Channel`, `SourceName` or their like), and any others.
 */
function readerOf(shape: Shape, forms: number, trees: FieldTrees, names: readonly string[]): Read {
  const atRoot: Read = (keys) => find(trees.fields, keys, '', rank.root);
  switch (shape) {
    case 'evtx': {
      const inEvtx = evtxReader(trees, (forms & form.eventIsObject) === 0 ? [] : ['Event']);
      return (keys) => [...inEvtx(keys), ...atRoot(keys)];
    }
    case 'winlog': {
      const dotted = (forms & form.winlog) === 0;
      return (keys) => [...readWinlog(dotted ? undotted(keys) : keys, trees), ...atRoot(keys)];
    }
    case 'flat':
      return atRoot;
    case 'other': {
      const prefixes = [...new Set([...names, ...namespaces])].filter((name) => name !== '');
      const inNamespaces = prefixes.map((name) => namespaceReader(name, trees));
      return (keys) => [...atRoot(keys), ...inNamespaces.flatMap((inNamespace) => inNamespace(keys))];
    }
  }
}

function evtxReader(trees: FieldTrees, envelope: readonly string[]): Read {
  const before = envelope.map((key) => `${key}.`).join('');
  return (keys) => {
    if (envelope.some((key, i) => keys[i] !== key)) return [];
    const [part, ...rest] = keys.slice(envelope.length);
    const where = `${before}${part}.`;
    switch (part) {
      case 'EventData':
      case 'RenderingInfo':
        return find(trees.fields, rest, where, rank.data);
      case 'UserData':
        return findUserData(trees, rest, where);
      case 'System':
        return find(trees.system, rest, where, rank.system);
      default:
        return [];
    }
  };
}

function readWinlog([first, ...keys]: readonly string[], trees: FieldTrees): Action[] {
  if (first !== 'winlog') return [];
  const [part, ...rest] = keys;
  const own = find(trees.winlog, keys, 'winlog.', rank.system);
  if (part === 'event_data') return [...find(trees.fields, rest, 'winlog.event_data.', rank.data), ...own];
  if (part === 'user_data') return [...findUserData(trees, rest, 'winlog.user_data.'), ...own];
  return own;
}

/** UserData has one element of the provider's own, and the fields below it; winlogbeat leaves that element out. */
function findUserData({ fields }: FieldTrees, keys: readonly string[], where: string): Action[] {
  const [element, ...rest] = keys;
  const below = element === '#attributes' ? [] : find(fields, rest, `${where}${element}.`, rank.data);
  return [...find(fields, keys, where, rank.data), ...below];
}

function undotted(keys: readonly string[]): readonly string[] {
  const [first = '', ...rest] = keys;
  const [winlog, part = '', ...name] = first.split('.');
  if (winlog !== 'winlog' || part === '') return keys;
  return [winlog, part, ...(name.length === 0 ? [] : [name.join('.')]), ...rest];
}

/** A log's own fields may stand below the name of its data set. */
function namespaceReader(name: string, { fields }: FieldTrees): Read {
  const prefix = name.split('.');
  return (keys) =>
    prefix.every((key, i) => keys[i] === key)
      ? find(fields, keys.slice(prefix.length), `${name}.`, rank.root)
      : [];
}

/** The field at a path, or at the path of the object of which this is the text. */
function find(tree: PathNode, keys: readonly string[], where: string, at: number): Action[] {
  let node: PathNode | undefined = keys.length === 0 ? undefined : tree;
  for (const key of keys) node = node === undefined ? undefined : childOf(node, key);
  const notObject = node?.depth === 1 && ecsRoots.has(keys[0] as string);
  const found =
    node === undefined || node.field < 0
      ? []
      : [{ field: node.field, rank: at, where, key: node.path, notObject }];
  if (keys.at(-1) !== '#text') return found;
  const around = find(tree, keys.slice(0, -1), where, at).filter((action) => !action.notObject);
  return [...found, ...around.map((action) => ({ ...action, key: `${action.key}.#text` }))];
}

/** What Tidewatch and shippers note about an event, and what ECS repeats, is not what the source said. */
const bookkeeping = new Set([
  'tidewatch',
  'ecs',
  'agent',
  'input',
  'data_stream',
  'related',
  '@timestamp',
  '@version',
]);
/** Of a Windows event the original repeats, with JSON's or XML's escapes, what stands below `winlog`. */
const eventFields = { winlog: ['action', 'reason'], others: ['original', 'action', 'reason'] } as const;

/**
 * Keywords look into texts and numbers at any depth, not into names of fields. Of a Windows event in ECS these are what
 * Windows wrote, since the ECS fields repeat it.
 */
function isKeyword(keys: readonly string[], shape: Shape): boolean {
  const [first = '', second] = keys;
  if (bookkeeping.has(first) || keys.includes('xmlns', 1)) return false;
  if (first === 'event' && second !== undefined) {
    const names: readonly string[] = eventFields[shape === 'winlog' ? 'winlog' : 'others'];
    return names.includes(second);
  }
  return shape !== 'winlog' || first === 'message' || first.startsWith('winlog');
}
