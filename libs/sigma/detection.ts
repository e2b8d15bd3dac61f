import { isObject } from '@tidewatch/event';
import { parseCondition } from './condition.ts';
import { type DocumentPath, Rejection } from './errors.ts';
import { isModifier, modifierNames, toPattern } from './modifiers.ts';
import { nearestName } from './nearest.ts';
import { expand, type Placeholders, refuseWaiting } from './placeholder.ts';
import type { Condition, Detection, Item, ItemValue, Selection } from './rule.ts';

/** A detection with more values is refused: YAML's aliases can write very many in a few lines. */
const valueLimit = 20_000;

interface Budget {
  values: number;
  readonly placeholders: Placeholders;
}

type Scalar = string | number | boolean | null;

/**
 * Reads the `detection` of a rule into data; throws a {@link Rejection} at the first thing that is not right.
 *
 * @param path where it stands in its document
 */
export function parseDetection(
  detection: unknown,
  placeholders: Placeholders,
  path: DocumentPath = ['detection'],
): Detection {
  if (!isObject(detection)) throw new Rejection('missing_attribute', { name: path.join('.') }, path);
  const budget: Budget = { values: 0, placeholders };
  const selections = new Map<string, Selection>();
  for (const [name, value] of Object.entries(detection)) {
    if (name === 'condition' || name === 'timeframe') continue;
    selections.set(name, parseSelection(name, value, [...path, name], budget));
  }
  const conditions = conditionsOf(detection.condition, [...path, 'condition']);
  const names = [...selections.keys()];
  const parsed = conditions.map(({ text, path: at }) => parseCondition(text, names, at));
  const condition: Condition = parsed.length === 1 ? (parsed[0] as Condition) : { kind: 'or', of: parsed };
  const conditionText = conditions
    .map(({ text }) => (conditions.length > 1 ? `(${text})` : text))
    .join(' or ');
  return { selections, condition, conditionText };
}

function conditionsOf(condition: unknown, path: DocumentPath): { text: string; path: DocumentPath }[] {
  const list = Array.isArray(condition) ? condition : [condition];
  if (list.length === 0 || list.some((each) => typeof each !== 'string' || each.trim() === '')) {
    throw new Rejection('missing_attribute', { name: path.join('.') }, path);
  }
  return list.map((each: string, i) => ({
    text: each.trim(),
    path: Array.isArray(condition) ? [...path, i] : path,
  }));
}

function parseSelection(name: string, value: unknown, path: DocumentPath, budget: Budget): Selection {
  if (Array.isArray(value)) {
    if (value.length === 0) throw new Rejection('empty_values', { key: name }, path);
    const of = value.map((member: unknown, i) => parseMember(name, member, [...path, i], budget));
    return of.length === 1 ? (of[0] as Selection) : { kind: 'or', of };
  }
  return parseMember(name, value, path, budget);
}

function parseMember(name: string, value: unknown, path: DocumentPath, budget: Budget): Selection {
  if (isObject(value)) {
    const of = Object.entries(value).map(([key, values]) => parseItem(key, values, [...path, key], budget));
    if (of.length === 0)
      throw new Rejection('invalid_selection', { selection: name, cause: 'it is empty' }, path);
    return of.length === 1 ? (of[0] as Selection) : { kind: 'and', of };
  }
  if (value === null || !isScalar(value)) {
    throw new Rejection(
      'invalid_selection',
      { selection: name, cause: 'a map, a list or a keyword is needed' },
      path,
    );
  }
  return item('', null, [], [{ value, path }], budget);
}

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function parseItem(key: string, values: unknown, path: DocumentPath, budget: Budget): Item {
  const [name = '', ...modifiers] = key.split('|').map((part) => part.trim());
  for (const modifier of modifiers) {
    if (isModifier(modifier)) continue;
    const nearest = nearestName(modifier, modifierNames);
    const hint = nearest === null ? '' : `; did you mean \`${nearest}\``;
    throw new Rejection('unknown_modifier', { modifier, key, hint }, path);
  }
  const list: unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0) throw new Rejection('empty_values', { key }, path);
  const scalars = list.map((value, i) => {
    const at = Array.isArray(values) ? [...path, i] : path;
    if (!isScalar(value)) {
      throw new Rejection(
        'invalid_value',
        { value: JSON.stringify(value), key, cause: 'a string, number, boolean or null is needed' },
        at,
      );
    }
    return { value, path: at };
  });
  // Field names are written without the spaces that some sources have in them (specification, Field Usage).
  const field = name.replaceAll(' ', '');
  return item(key, field === '' ? null : field, modifiers, scalars, budget);
}

const placements = ['contains', 'startswith', 'endswith'];

function item(
  key: string,
  field: string | null,
  modifiers: readonly string[],
  scalars: readonly { value: Scalar; path: DocumentPath }[],
  budget: Budget,
): Item {
  budget.values += scalars.length;
  if (budget.values > valueLimit) throw new Rejection('too_many_values', { limit: valueLimit });
  const keyword = field === null && !modifiers.some((modifier) => placements.includes(modifier));
  return {
    kind: 'item',
    field,
    modifiers,
    quantifier: modifiers.includes('all') ? 'all' : 'any',
    negated: modifiers.includes('neq'),
    values: scalars.map(({ value, path }): ItemValue => {
      const context = { key: key === '' ? String(value) : key, path };
      if (value === null) return { raw: null, pattern: nullPattern(field, modifiers, context), path };
      const expands = modifiers.includes('expand') && typeof value === 'string';
      const alternatives = expands ? expand(value, budget.placeholders, context.key, path) : [value];
      if (expands) refuseWaiting(alternatives, modifiers, context.key, path);
      const pattern = toPattern(alternatives, modifiers, keyword, context);
      if (field === null && !['text', 'regex', 'any'].includes(pattern.kind)) {
        throw new Rejection(
          'invalid_value',
          { value: JSON.stringify(value), key: context.key, cause: 'a keyword is text' },
          path,
        );
      }
      return { raw: String(value), pattern, path };
    }),
  };
}

function nullPattern(
  field: string | null,
  modifiers: readonly string[],
  context: { key: string; path: DocumentPath },
) {
  const other = modifiers.find((modifier) => modifier !== 'all' && modifier !== 'neq');
  if (field === null)
    throw new Rejection(
      'invalid_value',
      { value: 'null', key: context.key, cause: 'a keyword is text' },
      context.path,
    );
  if (other !== undefined) {
    throw new Rejection(
      'modifier_conflict',
      { modifier: other, key: context.key, cause: 'null takes no modifier' },
      context.path,
    );
  }
  return { kind: 'null' } as const;
}
