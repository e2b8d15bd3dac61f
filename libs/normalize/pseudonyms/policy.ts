import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { type RelatedKind, relatedFields } from '../related.ts';

/** What use-cases ask of a data set's events. */
export interface FieldPolicy {
  /** Paths of fields whose values are replaced, with all below them. */
  readonly pseudonymise: readonly string[];
  /** The fields that are kept, `x.*` for all below; undefined: all. */
  readonly keep?: readonly string[];
}

/** A policy made ready. */
export interface CompiledPolicy {
  /** Fields to replace: what their path leads to. */
  readonly targets: PathTree;
  readonly fields: readonly string[];
  readonly keep: PathTree | undefined;
  /** Whether accounts are among the fields, so that names are looked for in texts. */
  readonly names: boolean;
}

/** Paths as a tree; `all` where one ends. */
export interface PathTree {
  all: boolean;
  readonly below: Map<string, PathTree>;
}

/** What every event keeps: what it is, and what Tidewatch itself says of it. */
const skeleton = ['@timestamp', 'event', 'ecs', 'tidewatch', 'tags', 'log.level'];

const accountField = /(?:^|\.)(?:user|owner|account)(?:[._]|$)|user|account|email/i;

export function compilePolicy({ pseudonymise, keep }: FieldPolicy): CompiledPolicy {
  const kinds = new Set(pseudonymise.flatMap(relatedKinds));
  const fields = [...new Set([...pseudonymise, ...[...kinds].map((kind) => `related.${kind}`)])];
  return {
    targets: treeOf(fields),
    fields,
    keep: keep === undefined || keep.includes('*') ? undefined : treeOf([...skeleton, ...keep]),
    names: pseudonymise.some((path) => accountField.test(path)),
  };
}

/** The lists of `related` that repeat a field. */
function relatedKinds(path: string): RelatedKind[] {
  if (accountField.test(path)) return ['user'];
  return relatedFields.flatMap(([field, kind]) =>
    field === path || field.startsWith(`${path}.`) ? [kind] : [],
  );
}

function treeOf(paths: readonly string[]): PathTree {
  const root: PathTree = { all: false, below: new Map() };
  for (const path of paths) {
    let at = root;
    for (const key of path.replace(/\.\*$/, '').split('.')) {
      let next = at.below.get(key);
      if (next === undefined) {
        next = { all: false, below: new Map() };
        at.below.set(key, next);
      }
      at = next;
    }
    at.all = true;
  }
  return root;
}

/** Takes out what is not named. Gives how many fields went. */
export function minimise(fields: JsonObject, tree: PathTree): number {
  let dropped = 0;
  for (const key of Object.keys(fields)) {
    const value = fields[key] as Json;
    const below = tree.below.get(key);
    if (below?.all === true) continue;
    if (below === undefined || below.below.size === 0) {
      dropped += leavesOf(value);
      delete fields[key];
      continue;
    }
    if (isObject(value)) dropped += minimise(value, below);
    else if (Array.isArray(value) && value.every(isObject))
      for (const member of value) dropped += minimise(member, below);
    else {
      dropped++;
      delete fields[key];
      continue;
    }
    if (isObject(value) && Object.keys(value).length === 0) delete fields[key];
  }
  return dropped;
}

const leavesOf = (value: Json): number =>
  isObject(value) ? Object.values(value).reduce((sum: number, each) => sum + leavesOf(each), 0) : 1;

/** Every text and number that the tree leads to, with its path. */
export function visit(
  fields: JsonObject,
  tree: PathTree,
  see: (value: string, path: string) => void,
  path = '',
): void {
  for (const [key, below] of tree.below) {
    const value = fields[key];
    if (value === undefined) continue;
    const at = path === '' ? key : `${path}.${key}`;
    if (below.all) seeAll(value, at, see);
    else if (isObject(value)) visit(value, below, see, at);
    else if (Array.isArray(value))
      for (const member of value) if (isObject(member)) visit(member, below, see, at);
  }
}

function seeAll(value: Json, path: string, see: (value: string, path: string) => void): void {
  if (typeof value === 'string') see(value, path);
  else if (typeof value === 'number') see(String(value), path);
  else if (Array.isArray(value)) for (const member of value) seeAll(member, path, see);
  else if (isObject(value))
    for (const key of Object.keys(value)) seeAll(value[key] as Json, `${path}.${key}`, see);
}
