import { isObject, levels } from '@tidewatch/event';
import { type AnyRule, isCorrelationRule } from '../any_rule.ts';
import { parseCondition } from '../condition.ts';
import { Rejection } from '../errors.ts';
import { isWithin } from '../logsources.ts';
import { parseNumber } from '../modifiers.ts';
import { type Pattern, parseText, wild } from '../pattern.ts';
import type { Condition, Item, ItemValue, LogSource } from '../rule.ts';
import { parseYaml } from '../yaml.ts';
import { type Options, ofType } from './options.ts';
import { itemsOf, plainName, type Run } from './run.ts';
import { regexOf, shownText, textsOf } from './texts.ts';

export type Test<T> = (subject: T, run: Run) => boolean;
type Types<T> = Readonly<Record<string, (options: Options) => Test<T>>>;

/**
 * Reads the conditions of one kind of a transformation, e.g. `rule_conditions` with `rule_cond_op`, `rule_cond_not` or
 * `rule_cond_expr`; without any, everything fulfils them.
 */
export function parseGate<T>(
  options: Options,
  kind: 'rule' | 'detection_item' | 'field_name',
  types: Types<T>,
): Test<T> {
  const tests = new Map(
    options.children(`${kind}_conditions`).map(([name, child]) => {
      const test = ofType(child, 'condition', types);
      child.end();
      return [name, test] as const;
    }),
  );
  const negated = options.flag(`${kind}_cond_not`);
  const expression = options.maybe(`${kind}_cond_expr`);
  const operator = options.choice(`${kind}_cond_op`, ['and', 'or'], 'and');
  if (expression !== null && options.has(`${kind}_cond_op`))
    throw options.wrong(`${kind}_cond_op`, `it has no place beside \`${kind}_cond_expr\``);
  if (tests.size === 0 && expression === null) return () => true;
  const list = [...tests.values()];
  const holds: Test<T> =
    expression !== null
      ? ofExpression(
          parseCondition(expression, [...tests.keys()], [...options.path, `${kind}_cond_expr`]),
          tests,
        )
      : operator === 'and'
        ? (subject, run) => list.every((test) => test(subject, run))
        : (subject, run) => list.some((test) => test(subject, run));
  return (subject, run) => holds(subject, run) !== negated;
}

function ofExpression<T>(condition: Condition, tests: ReadonlyMap<string, Test<T>>): Test<T> {
  if (condition.kind === 'selection') return tests.get(condition.name) as Test<T>;
  if (condition.kind === 'not') {
    const inner = ofExpression(condition.of, tests);
    return (subject, run) => !inner(subject, run);
  }
  const of = condition.of.map((each) => ofExpression(each, tests));
  return condition.kind === 'and'
    ? (subject, run) => of.every((test) => test(subject, run))
    : (subject, run) => of.some((test) => test(subject, run));
}

const relations = ['eq', 'ne', 'gte', 'gt', 'lte', 'lt'] as const;
type Relation = (typeof relations)[number];

function relates<T extends string | number | boolean>(one: T, relation: Relation, two: T): boolean {
  switch (relation) {
    case 'eq':
      return one === two;
    case 'ne':
      return one !== two;
    case 'gte':
      return one >= two;
    case 'gt':
      return one > two;
    case 'lte':
      return one <= two;
    case 'lt':
      return one < two;
  }
}

function processingState(options: Options): Test<unknown> {
  const key = options.text('key');
  const wanted = options.scalar('val');
  const relation = options.choice('op', relations, 'eq');
  return (_, { state }) => {
    const found = state.get(key);
    return found !== undefined && typeof found === typeof wanted && relates(found, relation, wanted);
  };
}

export const ruleConditions: Types<AnyRule> = {
  logsource(options) {
    const wanted: { -readonly [Part in keyof LogSource]: LogSource[Part] } = {};
    for (const part of ['product', 'category', 'service'] as const) {
      const text = options.maybe(part);
      if (text !== null) wanted[part] = text.toLowerCase();
    }
    return (rule, { sources }) =>
      isCorrelationRule(rule)
        ? sources.some((source) => isWithin(source, wanted))
        : isWithin(rule.logsource, wanted);
  },
  contains_field(options) {
    const wanted = plainName(options.text('field'));
    return (rule) => itemsOf(rule).some(({ field }) => field === wanted);
  },
  contains_detection_item(options) {
    const wanted = plainName(options.text('field'));
    const value = options.scalar('value');
    return (rule) =>
      itemsOf(rule).some(({ field, values }) => field === wanted && values.some(isValue(value)));
  },
  processing_item_applied(options) {
    const id = options.text('processing_item_id');
    return (_, { applied }) => applied.has(id);
  },
  processing_state: processingState,
  is_sigma_rule: () => (rule) => !isCorrelationRule(rule),
  is_sigma_correlation_rule: () => isCorrelationRule,
  rule_attribute: ruleAttribute,
  tag(options) {
    const wanted = options.text('tag').toLowerCase();
    return ({ tags }) => tags.some((tag) => tag.toLowerCase() === wanted);
  },
};

/** Ordered as pySigma orders them. */
const statuses = ['unsupported', 'deprecated', 'experimental', 'test', 'stable'];

function ruleAttribute(options: Options): Test<AnyRule> {
  const attribute = options.text('attribute');
  const wanted = options.scalar('value');
  const relation = options.choice('op', [...relations, 'in', 'not_in'], 'eq');
  const ranks: readonly string[] | undefined = { level: levels, status: statuses }[attribute];
  if (ranks !== undefined && !ranks.includes(String(wanted)))
    throw options.wrong('value', `it is one of ${ranks.join(', ')}`);
  const rank = (value: unknown): number => ranks?.indexOf(String(value)) ?? -1;
  return (rule, { attributes }) => {
    const found = attributes.get(attribute) ?? attributeOf(rule, attribute);
    if (found === undefined || found === null) return false;
    if (Array.isArray(found)) {
      const among = found.some((each) => String(each) === String(wanted));
      return relation === 'in' ? among : relation === 'not_in' ? !among : relation === 'ne';
    }
    if (relation === 'in' || relation === 'not_in') return false;
    if (ranks !== undefined) return relates(rank(found), relation, rank(wanted));
    const [one, two] = [parseNumber(found), parseNumber(wanted)];
    if (one !== null && two !== null) return relates(one, relation, two);
    return relates(String(found), relation, String(wanted));
  };
}

/** What rules are loaded with; anything else is looked up in the rule's document. */
const loaded = [
  'id',
  'name',
  'title',
  'level',
  'status',
  'description',
  'author',
  'references',
  'tags',
  'falsepositives',
] as const;

function attributeOf(rule: AnyRule, attribute: string): unknown {
  const known = loaded.find((each) => each === attribute);
  if (known !== undefined) return rule[known];
  const yaml = parseYaml(rule.source);
  const document = yaml.ok ? yaml.documents[rule.document] : undefined;
  return isObject(document) ? document[attribute] : undefined;
}

/** Whether any or all values of an item fulfil it, as `cond` says. */
function ofValues(options: Options, test: (value: ItemValue) => boolean): Test<Item> {
  return options.choice('cond', ['any', 'all'], 'any') === 'any'
    ? ({ values }) => values.some(test)
    : ({ values }) => values.every(test);
}

const isValue =
  (wanted: string | number | boolean) =>
  ({ pattern }: ItemValue): boolean => {
    const text = shownText(parseText(String(wanted)));
    const number = parseNumber(wanted);
    const equal = (each: Pattern): boolean =>
      each.kind === 'compare'
        ? each.operator === 'eq' && each.number === number
        : textsOf(each).some((tokens) => shownText(tokens) === text);
    return equal(pattern);
  };

export const itemConditions: Types<Item> = {
  match_string(options) {
    const regex = regexOf(options, 'pattern', 'y');
    const negated = options.flag('negate');
    return ofValues(options, ({ pattern }) => {
      const matches = textsOf(pattern).some((tokens) => {
        regex.lastIndex = 0;
        return regex.test(shownText(tokens));
      });
      return matches !== negated;
    });
  },
  match_value: (options) => ofValues(options, isValue(options.scalar('value'))),
  contains_wildcard: (options) =>
    ofValues(options, ({ pattern }) =>
      textsOf(pattern).some((tokens) => tokens.some((token) => token === wild.many || token === wild.one)),
    ),
  is_null: (options) => ofValues(options, ({ pattern }) => pattern.kind === 'null'),
  processing_item_applied(options) {
    const id = options.text('processing_item_id');
    return (item, { items }) => items.get(item)?.has(id) === true;
  },
  processing_state: processingState,
};

export const fieldConditions: Types<string | null> = {
  include_fields: includeFields,
  exclude_fields(options) {
    const included = includeFields(options);
    return (field, run) => !included(field, run);
  },
  processing_item_applied(options) {
    const id = options.text('processing_item_id');
    return (field, { fields }) => field !== null && fields.get(field)?.has(id) === true;
  },
  processing_state: processingState,
};

function includeFields(options: Options): Test<string | null> {
  const names = options.texts('fields');
  if (names === null) throw new Rejection('missing_attribute', { name: 'fields' }, options.path);
  if (options.choice('mode', ['plain', 're'], 'plain') === 'plain') {
    const plain = new Set(names.map(plainName));
    return (field) => field !== null && plain.has(field);
  }
  const regexes = names.map((_, i) => regexOf(options, 'fields', 'y', i));
  return (field) =>
    field !== null &&
    regexes.some((regex) => {
      regex.lastIndex = 0;
      return regex.test(field);
    });
}
