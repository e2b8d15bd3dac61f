import type { CorrelationRule } from '../correlation/rule.ts';
import { type DocumentPath, Rejection } from '../errors.ts';
import type { Pattern } from '../pattern.ts';
import type { Item, Selection } from '../rule.ts';
import type { Mapping, Options } from './options.ts';
import { plainName, type Run } from './run.ts';
import { casings } from './values.ts';

/** Other names for a field, or null for a keyword's lack of one; null where it keeps its own. */
export type Rename = (field: string | null) => readonly string[] | null;

/** How a mapping writes that it means keywords. */
const keyword = 'null';

const plainMapping = (mapping: Mapping): Mapping =>
  new Map([...mapping].map(([from, to]) => [plainName(from), to.map(plainName)]));

export const renames: Readonly<Record<string, (options: Options) => Rename>> = {
  field_name_mapping(options) {
    const mapping = plainMapping(options.mapping('mapping'));
    return (field) => mapping.get(field ?? keyword) ?? null;
  },
  field_name_prefix_mapping(options) {
    const mapping = [...plainMapping(options.mapping('mapping'))];
    return (field) => {
      const [from, to] = mapping.find(([prefix]) => field?.startsWith(prefix)) ?? [];
      return from === undefined
        ? null
        : (to as readonly string[]).map((each) => each + field?.slice(from.length));
    };
  },
  field_name_prefix(options) {
    const prefix = plainName(options.text('prefix'));
    return (field) => (field === null ? null : [prefix + field]);
  },
  field_name_suffix(options) {
    const suffix = plainName(options.text('suffix'));
    return (field) => (field === null ? null : [field + suffix]);
  },
  field_name_transform(options) {
    const transform = casings[options.choice('transform_func', Object.keys(casings))];
    const mapping = plainMapping(options.mapping('mapping', new Map()));
    return (field) =>
      field === null ? null : (mapping.get(field) ?? [(transform as (text: string) => string)(field)]);
  },
};

/** Notes who gave the new names, besides who gave the old one. */
export function tracked(rename: Rename, id: string | null, { fields }: Run): Rename {
  return (field) => {
    const names = rename(field);
    const before = field === null ? undefined : fields.get(field);
    for (const name of names ?? [])
      fields.set(
        name,
        new Set([...(fields.get(name) ?? []), ...(before ?? []), ...(id === null ? [] : [id])]),
      );
    return names;
  };
}

/** Renames the field of an item and those it refers to. A field of several names is any of them. */
export function renameItem(item: Item, rename: Rename): Selection {
  const values = item.values.map((value) => {
    const pattern = renamePattern(value.pattern, rename);
    return pattern === value.pattern ? value : { ...value, pattern };
  });
  const same = values.every((value, i) => value === item.values[i]);
  const names = rename(item.field);
  if (names === null) return same ? item : { ...item, values };
  const of = names.map((field): Item => ({ ...item, field, values }));
  return of.length === 1 ? (of[0] as Item) : { kind: 'or', of };
}

function renamePattern(pattern: Pattern, rename: Rename): Pattern {
  if (pattern.kind !== 'fieldref') return pattern;
  const fields = rename(pattern.field);
  if (fields === null) return pattern;
  const patterns = fields.map((field): Pattern => ({ ...pattern, field }));
  return patterns.length === 1 ? (patterns[0] as Pattern) : { kind: 'any', patterns };
}

/** Renames what a correlation groups by, counts, and calls by an alias; the aliases themselves are no fields. */
export function renameCorrelation(correlation: CorrelationRule, rename: Rename): CorrelationRule {
  const { groupBy, fields, aliases } = correlation;
  const all = (field: string): readonly string[] =>
    aliases.has(field) ? [field] : (rename(plainName(field)) ?? [field]);
  const one = (field: string, path: DocumentPath): string => {
    const names = all(field);
    if (names.length > 1) throw new Rejection('several_names', { field }, ['correlation', ...path]);
    return names[0] as string;
  };
  return {
    ...correlation,
    groupBy: groupBy.flatMap(all),
    fields: fields.map((field) => one(field, ['condition', 'field'])),
    aliases: new Map(
      [...aliases].map(([alias, byRule]) => [
        alias,
        new Map([...byRule].map(([rule, field]) => [rule, one(field, ['aliases', alias, rule])])),
      ]),
    ),
  };
}
