import { isObject, type JsonObject } from '@tidewatch/event';
import { invalid, onlyKeys } from '../attribute.ts';
import { Rejection } from '../errors.ts';
import { parseNumber } from '../modifiers.ts';
import { nearestName } from '../nearest.ts';
import type { RuleHeader } from '../rule.ts';
import { parseTimespan } from '../timespan.ts';
import { compareText, parseCompare } from './compare.ts';
import { negates, parseRuleCondition } from './expression.ts';
import { type Bound, type BoundOperator, type CorrelationRule, correlationTypes } from './rule.ts';
import { parseTravel, travelText } from './travel.ts';

/** A window longer than this would keep state for longer than most events may be kept. */
const longestMs = 366 * 24 * 3_600_000;
/** So many events or values of one group are kept at most, so a larger count could not be told from it. */
export const largestCount = 10_000;
const mostRules = 64;

const symbols: Readonly<Record<BoundOperator, string>> = {
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  eq: '=',
  neq: '!=',
};

export const isCorrelation = (document: unknown): document is JsonObject & { correlation: unknown } =>
  isObject(document) && 'correlation' in document;

/** Reads a correlation document; throws a {@link Rejection} at the first thing that is not right. */
export function parseCorrelation(
  document: JsonObject & { readonly correlation: unknown },
  header: RuleHeader,
): CorrelationRule {
  const section = document.correlation;
  if (!isObject(section)) throw invalid('correlation', 'a map is needed');
  onlyKeys(section, 'correlation', known);
  const type = correlationTypes.find((each) => each === section.type);
  if (type === undefined) throw invalid('correlation.type', `it is one of ${correlationTypes.join(', ')}`);
  const rules = names(section.rules, 'correlation.rules');
  if (rules.length === 0 || rules.length > mostRules)
    throw invalid('correlation.rules', `from 1 to ${mostRules} names or ids of rules are needed`);
  const timespanMs = parseTimespan(section.timespan);
  if (timespanMs === null || timespanMs > longestMs)
    throw invalid('correlation.timespan', 'a duration such as 30s, 5m or 1d is needed, of a year at most');
  const extension = isObject(document.tidewatch) ? document.tidewatch : {};
  const compared = extension.compare !== undefined;
  const rule = {
    ...header,
    type,
    rules,
    timespanMs,
    groupBy: section['group-by'] === undefined ? [] : names(section['group-by'], 'correlation.group-by'),
    ...parseCondition(section.condition ?? document.condition, { type, rules, compared }),
    aliases: parseAliases(section.aliases, rules),
    generate: parseGenerate(section.generate ?? document.generate),
  };
  return extended(rule, extension);
}

/** With what the file asks for beyond the specification. */
function extended(rule: CorrelationRule, extension: JsonObject): CorrelationRule {
  const { compare: comparing, travel: travelling } = extension;
  if (comparing !== undefined && travelling !== undefined)
    throw invalid('tidewatch.travel', 'there is `compare` already, and only one of them can be asked for');
  if (comparing !== undefined) {
    const compare = parseCompare(comparing, rule);
    return { ...rule, compare, conditionText: `${rule.conditionText} and ${compareText(compare)}` };
  }
  if (travelling === undefined) return rule;
  const travel = parseTravel(travelling, rule);
  return { ...rule, travel, conditionText: travelText(travel) };
}

const known = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];

/** A name, or a list of them without repetition. */
function names(value: unknown, name: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map((each) => (typeof each === 'number' ? String(each) : each));
  for (const each of texts)
    if (typeof each !== 'string' || each.trim() === '') throw invalid(name, 'a list of names is needed');
  return [...new Set((texts as string[]).map((each) => each.trim()))];
}

function parseGenerate(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw invalid('correlation.generate', 'true or false is needed');
  return value;
}

type Shape = Pick<CorrelationRule, 'type' | 'rules'> & {
  /** Of windows that are compared only a number is kept, however many events they have. */
  readonly compared: boolean;
};
type Parsed = Pick<CorrelationRule, 'bounds' | 'fields' | 'percentile' | 'expression' | 'conditionText'>;

function parseCondition(value: unknown, shape: Shape): Parsed {
  const temporal = shape.type === 'temporal' || shape.type === 'temporal_ordered';
  const none = { bounds: [], fields: [], percentile: 50, expression: null };
  if (temporal && (value === undefined || value === null))
    return { ...none, bounds: [{ operator: 'gte', number: shape.rules.length }], conditionText: 'all' };
  if (typeof value === 'string') {
    if (!temporal) throw invalid('correlation.condition', 'only temporal types take an expression');
    const expression = parseRuleCondition(value, shape.rules);
    if (shape.type === 'temporal_ordered' && negates(expression))
      throw invalid(
        'correlation.condition',
        'what did not happen has no place in an order: `not` is refused',
      );
    return { ...none, expression, conditionText: value.trim() };
  }
  if (!isObject(value))
    throw new Rejection('missing_attribute', { name: 'correlation.condition' }, ['correlation']);
  const { field, percentile, ...rest } = value;
  const bounds = Object.entries(rest).map(([operator, number]) => parseBound(operator, number, shape));
  if (bounds.length === 0) throw invalid('correlation.condition', 'a comparison such as `gte: 10` is needed');
  return {
    ...none,
    bounds,
    fields: parseFields(field, shape),
    percentile: parsePercentile(percentile, shape),
    conditionText: bounds.map(({ operator, number }) => `${symbols[operator]} ${number}`).join(' and '),
  };
}

function parseBound(operator: string, value: unknown, { type, rules, compared }: Shape): Bound {
  const at = `correlation.condition.${operator}`;
  if (!Object.hasOwn(symbols, operator)) {
    const nearest = nearestName(operator, [...Object.keys(symbols), 'field']);
    throw invalid(at, nearest === null ? 'it is unknown' : `it is unknown; did you mean \`${nearest}\``);
  }
  const number = parseNumber(value);
  if (number === null) throw invalid(at, 'a number is needed');
  const counts = !['value_sum', 'value_avg', 'value_percentile', 'value_median'].includes(type);
  const most = compared && type === 'event_count' ? Number.MAX_SAFE_INTEGER : largestCount;
  if (counts && (!Number.isInteger(number) || number < 0 || number > most))
    throw invalid(at, `a whole number from 0 to ${most} is needed`);
  if (type === 'temporal_ordered' && !(operator === 'gte' && number === rules.length))
    throw invalid(at, 'an order is either complete or not: leave the condition out');
  return { operator: operator as BoundOperator, number };
}

function parseFields(value: unknown, { type }: Shape): string[] {
  const at = 'correlation.condition.field';
  const measures = type.startsWith('value_');
  if (value === undefined || value === null) {
    if (measures) throw new Rejection('missing_attribute', { name: at }, ['correlation', 'condition']);
    return [];
  }
  if (!measures) throw invalid(at, `\`${type}\` counts no values`);
  const fields = names(value, at);
  if (fields.length > 1 && type !== 'value_count') throw invalid(at, 'one field can be measured');
  return fields;
}

function parsePercentile(value: unknown, { type }: Shape): number {
  if (value === undefined) return 50;
  const at = 'correlation.condition.percentile';
  if (type !== 'value_percentile') throw invalid(at, 'only `value_percentile` takes it');
  const percentile = parseNumber(value);
  if (percentile === null || percentile < 0 || percentile > 100)
    throw invalid(at, 'a number from 0 to 100 is needed');
  return percentile;
}

function parseAliases(value: unknown, rules: readonly string[]): Map<string, Map<string, string>> {
  const at = 'correlation.aliases';
  if (value === undefined || value === null) return new Map();
  if (!isObject(value)) throw invalid(at, 'a map is needed');
  return new Map(
    Object.entries(value).map(([alias, fields]) => {
      const path = ['correlation', 'aliases', alias];
      if (!isObject(fields)) throw invalid(`${at}.${alias}`, 'a map of rule and field is needed', path);
      const byRule = Object.entries(fields).map(([rule, field]): [string, string] => {
        if (!rules.includes(rule))
          throw invalid(`${at}.${alias}.${rule}`, 'the correlation names no such rule', [...path, rule]);
        if (typeof field !== 'string' || field.trim() === '')
          throw invalid(`${at}.${alias}.${rule}`, 'the name of a field is needed', [...path, rule]);
        return [rule, field.trim()];
      });
      return [alias, new Map(byRule)];
    }),
  );
}
