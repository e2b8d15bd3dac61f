import { type Pattern, plainText } from '../pattern.ts';
import type { Item, ItemValue } from '../rule.ts';
import type { FieldResolver } from './fields.ts';
import type { Problems } from './problems.ts';
import { and, exists, not, or, type Query } from './query.ts';
import { type Groups, inFirst, type Places, placesOf } from './targets.ts';
import { formsOf } from './texts.ts';
import { keywordQuery, onPath, type ValueContext } from './values.ts';

/** What conversion of an item needs to know of the rule and of the documents it is asked of. */
export interface ItemContext {
  readonly resolve: FieldResolver;
  /** Patterns of the fields in which keywords are looked for. */
  readonly anywhere: readonly string[];
  readonly problems: Problems;
  readonly format: ValueContext['format'];
}

export function itemQuery(item: Item, context: ItemContext): Query {
  const { field, values, negated } = item;
  const join = item.quantifier === 'all' ? and : or;
  if (field === null) {
    const holds = join(values.map((value) => keyword(value, context)));
    return negated ? not(holds) : holds;
  }
  const [first] = values;
  const key = first === undefined ? field : keyOf(first, field);
  const target = context.resolve({ field, written: (key.split('|')[0] as string).trim() });
  if (target.joined !== undefined && first !== undefined) {
    const [asked] = target.groups.at(-1) ?? [];
    context.problems.warn('joined', { key, fields: target.joined, field: asked }, first.path);
  }
  const places = placesOf(target);
  const questions = [...byPlaces(item, field, places)].map(([groups, asked]) =>
    inFirst(groups, (group) =>
      join(
        asked.map(({ pattern, path }) =>
          or(
            group.map((at) =>
              onPath(inWordsOf(pattern, target.words?.get(at)), at, { ...context, key, path, groups }),
            ),
          ),
        ),
      ),
    ),
  );
  const there = or(places.groups.flat().map(exists));
  const holds = join([...questions, ...values.flatMap((value) => presence(value.pattern, there))]);
  return negated ? and([there, not(holds)]) : holds;
}

/** The values of an item by where they are looked for, so that each place is written once. */
function byPlaces({ values }: Item, field: string, places: Places): ReadonlyMap<Groups, ItemValue[]> {
  const found = new Map<Groups, ItemValue[]>();
  for (const value of values) {
    if (value.pattern.kind === 'null' || value.pattern.kind === 'exists') continue;
    const groups = places.of(value.pattern);
    const each = { ...value, pattern: allForms(field, value.pattern) };
    found.set(groups, [...(found.get(groups) ?? []), each]);
  }
  return found;
}

function allForms(field: string, pattern: Pattern): Pattern {
  if (pattern.kind !== 'text') return pattern;
  const patterns = formsOf(field, pattern);
  return patterns.length === 1 ? pattern : { kind: 'any', patterns };
}

/** A value in the rule's word, or in those that the path has for it. */
function inWordsOf(pattern: Pattern, words: Readonly<Record<string, string>> | undefined): Pattern {
  if (words === undefined || pattern.kind !== 'text') return pattern;
  const plain = plainText(pattern.tokens)?.toLowerCase();
  const same = Object.keys(words).filter((word) => words[word]?.toLowerCase() === plain);
  return {
    kind: 'any',
    patterns: [pattern, ...same.map((word): Pattern => ({ ...pattern, tokens: [word] }))],
  };
}

function presence(pattern: Pattern, there: Query): Query[] {
  if (pattern.kind === 'null') return [not(there)];
  return pattern.kind === 'exists' ? [pattern.present ? there : not(there)] : [];
}

const keyword = ({ pattern, raw, path }: ItemValue, context: ItemContext): Query =>
  keywordQuery(pattern, context.anywhere, { ...context, key: raw ?? '', path, groups: [] });

/** The key of an item as the rule writes it: the last name on the way to its value. */
const keyOf = ({ path }: ItemValue, field: string): string =>
  String(path.findLast((part) => typeof part === 'string') ?? field);
