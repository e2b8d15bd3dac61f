import { isObject } from '@tidewatch/event';
import { type DocumentPath, Rejection } from '../errors.ts';
import { parseNumber } from '../modifiers.ts';
import { nearestName } from '../nearest.ts';
import type { Origin } from '../rule.ts';

export type Scalar = string | number | boolean;

/** The map that stands under one key of a pipeline file. Reading it throws a {@link Rejection} for what is not right. */
export interface Options {
  readonly path: DocumentPath;
  readonly origin: Origin;
  has(name: string): boolean;
  /** Anything; undefined where it is not given. */
  value(name: string): unknown;
  /** A text or number as text; one that has no fallback must be given. */
  text(name: string, fallback?: string): string;
  /** As {@link text}; null where it is not given. */
  maybe(name: string): string | null;
  number(name: string, fallback: number): number;
  flag(name: string): boolean;
  choice<C extends string>(name: string, choices: readonly C[], fallback?: C): C;
  scalar(name: string): Scalar;
  /** A list of texts, or one text; null where it is not given. */
  texts(name: string): readonly string[] | null;
  /** Texts or lists of texts by name. */
  mapping(name: string, fallback?: Mapping): Mapping;
  /** The maps of a list, or of a map by name. */
  children(name: string): readonly (readonly [name: string, child: Options])[];
  wrong(name: string, cause: string): Rejection;
  /** Refuses what nobody has asked for. */
  end(): void;
}

/** A single name of what is a text, or more of what is a list. */
export type Mapping = ReadonlyMap<string, readonly string[]>;

/** YAML's aliases can write very many values in a few lines, and maps that hold themselves. */
const valueLimit = 100_000;
const depthLimit = 32;

export function createOptions(
  section: unknown,
  path: DocumentPath,
  origin: Origin,
  budget = { left: valueLimit },
): Options {
  const spend = (values: number): void => {
    budget.left -= values;
    if (budget.left >= 0 && path.length <= depthLimit) return;
    const cause = `it nests deeper than ${depthLimit / 2} levels, or has more than ${valueLimit} values`;
    throw new Rejection('invalid_attribute', { name: nameOf(path), cause }, path);
  };
  spend(1);
  if (!isObject(section))
    throw new Rejection('invalid_attribute', { name: nameOf(path), cause: 'a map is needed' }, path);
  const map: Readonly<Record<string, unknown>> = section;
  const known = new Set<string>();
  const wrong = (name: string, cause: string): Rejection =>
    new Rejection('invalid_attribute', { name, cause }, [...path, name]);

  function value(name: string): unknown {
    known.add(name);
    return Object.hasOwn(map, name) ? map[name] : undefined;
  }

  function needed(name: string): unknown {
    const found = value(name);
    if (found === undefined || found === null) throw new Rejection('missing_attribute', { name }, path);
    return found;
  }

  function maybe(name: string): string | null {
    const found = value(name) ?? null;
    if (found === null) return null;
    if (typeof found !== 'string' && typeof found !== 'number') throw wrong(name, 'a text is needed');
    return String(found);
  }

  const list = (name: string, found: unknown): readonly string[] => {
    const members: unknown[] = Array.isArray(found) ? found : [found];
    if (members.length === 0) throw wrong(name, 'the list is empty');
    spend(members.length);
    return members.map((member) => {
      if (typeof member === 'string' || typeof member === 'number') return String(member);
      throw wrong(name, 'a text or a list of texts is needed');
    });
  };

  return {
    path,
    origin,
    has: (name) => value(name) !== undefined,
    value,
    text(name, fallback) {
      const found = maybe(name) ?? fallback;
      if (found === undefined) throw new Rejection('missing_attribute', { name }, path);
      return found;
    },
    maybe,
    number(name, fallback) {
      const found = value(name);
      const number = found === undefined ? fallback : parseNumber(found);
      if (number === null) throw wrong(name, 'a number is needed');
      return number;
    },
    flag(name) {
      const found = value(name) ?? false;
      if (typeof found !== 'boolean') throw wrong(name, 'true or false is needed');
      return found;
    },
    choice<C extends string>(name: string, choices: readonly C[], fallback?: C): C {
      const found = fallback === undefined ? needed(name) : (value(name) ?? fallback);
      const choice = choices.find((each) => each === found);
      if (choice === undefined) throw wrong(name, `it is one of ${choices.join(', ')}`);
      return choice;
    },
    scalar(name) {
      const found = needed(name);
      if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
      throw wrong(name, 'a text, a number, true or false is needed');
    },
    texts(name) {
      const found = value(name);
      return found === undefined || found === null ? null : list(name, found);
    },
    mapping(name, fallback) {
      const found = fallback === undefined ? needed(name) : value(name);
      if (found === undefined && fallback !== undefined) return fallback;
      if (!isObject(found)) throw wrong(name, 'a map is needed');
      return new Map(Object.entries(found).map(([key, member]) => [key, list(name, member)]));
    },
    children(name) {
      const found = value(name) ?? [];
      if (Array.isArray(found))
        return found.map((member: unknown, i) => [
          String(i),
          createOptions(member, [...path, name, i], origin, budget),
        ]);
      if (!isObject(found)) throw wrong(name, 'a list or a map is needed');
      return Object.entries(found).map(([key, member]) => [
        key,
        createOptions(member, [...path, name, key], origin, budget),
      ]);
    },
    wrong,
    end() {
      for (const name of Object.keys(map)) {
        if (known.has(name)) continue;
        throw wrong(name, `it is unknown${didYouMean(name, [...known])}`);
      }
    },
  };
}

/** The innermost name of a path. */
const nameOf = (path: DocumentPath): string =>
  String(path.findLast((part) => typeof part === 'string') ?? 'pipeline');

export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === null ? '' : `; did you mean \`${nearest}\``;
}

/** Makes what a `type` names. */
export function ofType<T>(
  options: Options,
  kind: string,
  types: Readonly<Record<string, (options: Options) => T>>,
  refused: Readonly<Record<string, string>> = {},
): T {
  const type = options.text('type');
  const make = Object.hasOwn(types, type) ? types[type] : undefined;
  if (make !== undefined) return make(options);
  const path = [...options.path, 'type'];
  if (Object.hasOwn(refused, type))
    throw new Rejection('refused_type', { kind, type, cause: refused[type] }, path);
  const hint = didYouMean(type, Object.keys(types));
  throw new Rejection('unknown_type', { kind, type, hint }, path);
}
