import { type AnyRule, isCorrelationRule } from '../any_rule.ts';
import { parseDetection } from '../detection.ts';
import { Rejection } from '../errors.ts';
import type { Condition, Item, LogSource, Selection, SigmaRule } from '../rule.ts';
import { withOrigin } from '../selections.ts';
import { type Rename, renames } from './fields.ts';
import { hashesFields } from './hashes.ts';
import type { Options } from './options.ts';
import type { Run } from './run.ts';
import { type ChangeValue, placeOf, valueChanges } from './values.ts';

/** What a transformation does, by what it does it to. */
export type Transformation =
  | { readonly on: 'rule'; readonly apply: (rule: AnyRule, run: Run) => AnyRule }
  | { readonly on: 'fields'; readonly rename: Rename }
  /** Null drops the item. */
  | { readonly on: 'items'; readonly change: (item: Item, run: Run) => Selection | null };

type Types = Readonly<Record<string, (options: Options) => Transformation>>;

const each = <T>(
  makers: Readonly<Record<string, (options: Options) => T>>,
  wrap: (made: T) => Transformation,
): Types =>
  Object.fromEntries(Object.entries(makers).map(([type, make]) => [type, (options) => wrap(make(options))]));

/** By pySigma's names; `nest` is where the pipeline is read. */
export const transformations: Types = {
  ...each(renames, (rename) => ({ on: 'fields', rename })),
  ...each(valueChanges, (change) => ({ on: 'items', change: onValues(change) })),
  drop_detection_item: () => ({ on: 'items', change: () => null }),
  hashes_fields: (options) => ({ on: 'items', change: hashesFields(options) }),
  detection_item_failure(options) {
    const message = options.text('message');
    return {
      on: 'items',
      change({ values: [value] }) {
        throw new Rejection('pipeline_failure', { message }, value === undefined ? [] : placeOf(value));
      },
    };
  },
  rule_failure(options) {
    const message = options.text('message');
    return onRule(() => {
      throw new Rejection('pipeline_failure', { message });
    });
  },
  add_condition: addCondition,
  change_logsource: changeLogSource,
  set_state(options) {
    const [key, value] = [options.text('key'), options.scalar('val')];
    return onRule((rule, { state }) => {
      state.set(key, value);
      return rule;
    });
  },
  set_custom_attribute(options) {
    const [attribute, value] = [options.text('attribute'), options.value('value')];
    return onRule((rule, { attributes }) => {
      attributes.set(attribute, value);
      return rule;
    });
  },
  // Rules have no list of fields to show here: findings carry the whole event.
  add_field: fieldList('field'),
  remove_field: fieldList('field'),
  set_field: fieldList('fields'),
};

/** Transformations of pySigma that have no place here, and why. */
export const refusedTransformations: Readonly<Record<string, string>> = {
  query_expression_placeholders:
    'rules are not turned into queries, so there is nowhere to put an expression; use `value_placeholders`',
  regex: 'the engine compares texts ignoring case by itself',
  strict_field_mapping_failure: 'use `detection_item_failure` with `exclude_fields`',
};

const onRule = (apply: (rule: AnyRule, run: Run) => AnyRule): Transformation => ({ on: 'rule', apply });

function fieldList(name: string): (options: Options) => Transformation {
  return (options) => {
    options.texts(name);
    return onRule((rule) => rule);
  };
}

function onValues(change: ChangeValue): (item: Item, run: Run) => Item {
  return (item, run) => {
    const values = item.values.map((value) => {
      const pattern = change(value, item, run);
      return pattern === value.pattern ? value : { ...value, pattern };
    });
    return values.every((value, i) => value === item.values[i]) ? item : { ...item, values };
  };
}

function changeLogSource(options: Options): Transformation {
  const logsource: { -readonly [Part in keyof LogSource]: LogSource[Part] } = {};
  for (const part of ['product', 'category', 'service'] as const) {
    const text = options.maybe(part);
    if (text !== null) logsource[part] = text.toLowerCase();
  }
  if (Object.keys(logsource).length === 0)
    throw new Rejection('missing_attribute', { name: 'product, category or service' }, options.path);
  return onRule((rule) => (isCorrelationRule(rule) ? rule : { ...rule, logsource }));
}

const section = 'conditions';

function addCondition(options: Options): Transformation {
  const conditions = options.value(section);
  const wanted = options.maybe('name') ?? `_${options.text('id', 'pipeline')}`;
  const [template, negated] = [options.flag('template'), options.flag('negated')];
  const read = (values: unknown): Selection =>
    withOrigin(
      parseDetection({ [section]: values, condition: section }, new Map(), options.path),
      options.origin,
    ).selections.get(section) as Selection;
  const plain = read(conditions);

  return onRule((rule) => {
    if (isCorrelationRule(rule)) return rule;
    const { selections, condition, conditionText } = rule.detection;
    const name = freeName(wanted, selections);
    const own: Condition = { kind: 'selection', name };
    const added: Condition = negated ? { kind: 'not', of: own } : own;
    return {
      ...rule,
      detection: {
        selections: new Map([
          ...selections,
          [name, template ? read(filledIn(conditions, rule.logsource)) : plain],
        ]),
        condition: { kind: 'and', of: [added, condition] },
        conditionText: `${negated ? 'not ' : ''}${name} and (${conditionText})`,
      },
    };
  });
}

function freeName(wanted: string, taken: SigmaRule['detection']['selections']): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
  return name;
}

/** `$product`, `$category` and `$service` stand for the parts of the rule's log source. */
function filledIn(value: unknown, logsource: LogSource): unknown {
  if (typeof value === 'string')
    return value.replace(
      /\$(?:(product|category|service)\b|\{(product|category|service)\})/g,
      (written, bare?: keyof LogSource, braced?: keyof LogSource) =>
        logsource[(bare ?? braced) as keyof LogSource] ?? written,
    );
  if (Array.isArray(value)) return value.map((member: unknown) => filledIn(member, logsource));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filledIn(member, logsource)]));
}
