import { createHash } from 'node:crypto';
import type { Detector } from '@tidewatch/event';
import { type AnyRule, isCorrelationRule, type RulesByName, rulesByName } from '../any_rule.ts';
import { detectorOf } from '../detector_of.ts';
import { Rejection } from '../errors.ts';
import { nearestName } from '../nearest.ts';
import { rejectedRule } from '../rejected.ts';
import type { RejectedRule, RuleHeader, SigmaRule } from '../rule.ts';
import { negates } from './expression.ts';
import type { CorrelationRule } from './rule.ts';

/** How long after firing what comes joins the finding; then the correlation is ready again. */
export const restOf = ({ timespanMs, travel }: Pick<CorrelationRule, 'timespanMs' | 'travel'>): number =>
  travel?.restMs ?? timespanMs;

/** What a node hands to the correlation above it. */
export interface PlanParent {
  readonly node: number;
  /** Its place among the rules of that correlation. */
  readonly input: number;
  /** Which of its own group's values make that correlation's group. */
  readonly group: readonly number[];
  /** Which of them are the value that is counted there. */
  readonly values: readonly number[];
}

/** One correlation of a plan. */
export interface PlanNode
  extends Pick<
    CorrelationRule,
    | 'type'
    | 'groupBy'
    | 'timespanMs'
    | 'bounds'
    | 'fields'
    | 'percentile'
    | 'expression'
    | 'conditionText'
    | 'compare'
    | 'travel'
  > {
  readonly id: string;
  readonly title: string;
  /** Id and title of each rule it builds on. */
  readonly inputs: readonly { readonly id: string; readonly title: string }[];
  /** Whether it can only be judged when its window is over: everything but `gt` and `gte`. */
  readonly closing: boolean;
  /** Null for the root. */
  readonly parent: PlanParent | null;
  /** Which of its group's values make the root's group. */
  readonly rootGroup: readonly number[];
}

/** Where the matches of a rule go. */
export interface Feed {
  readonly rule: string;
  readonly node: number;
  readonly input: number;
  /** Fields of the event that make the group, and the value. */
  readonly group: readonly string[];
  readonly values: readonly string[];
}

/**
 * A correlation that makes alerts, with all that it builds on; plain data. A correlation that several build on is in
 * each of their plans, so that a plan needs nothing of another, and its groups can be anywhere.
 */
export interface CorrelationPlan {
  /** Changes with what it means, so that state of another meaning is not taken for its own. */
  readonly key: string;
  readonly detector: Detector;
  readonly bucketMs: number;
  /** Each before the one it feeds; the root is the last. */
  readonly nodes: readonly PlanNode[];
  readonly feeds: readonly Feed[];
}

export interface Plans {
  readonly plans: readonly CorrelationPlan[];
  /** Ids of the rules that make no alerts of their own, since correlations build on them. */
  readonly silent: ReadonlySet<string>;
  readonly rejected: readonly RejectedRule[];
}

const depthLimit = 8;
/** Correlations of a plan, each counted as often as it is built on. */
const mostNodes = 256;

/** Resolves what correlations build on. One that builds on something missing or rejected is rejected itself. */
export function planCorrelations(
  rules: readonly SigmaRule[],
  correlations: readonly CorrelationRule[],
): Plans {
  const named = rulesByName([...rules, ...correlations]);
  const rejected: RejectedRule[] = [];
  const planned = new Map<string, CorrelationPlan>();
  for (const correlation of correlations) {
    try {
      planned.set(correlation.id, plan(correlation, named));
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      rejected.push(rejectedRule(correlation, error));
    }
  }
  const good = correlations.filter(({ id }) => planned.has(id));
  const silent = silentOnes(good, named);
  return {
    plans: [...planned.values()].filter(({ detector }) => !silent.has(detector.id)),
    silent,
    rejected,
  };
}

function resolve(name: string, place: number, named: RulesByName): AnyRule {
  const path = ['correlation', 'rules', place];
  const [rule, other] = named.get(name) ?? [];
  if (rule === undefined) {
    const nearest = nearestName(name, [...named.keys()]);
    throw new Rejection(
      'unknown_rule',
      { name, hint: nearest === null ? '' : `; did you mean \`${nearest}\`` },
      path,
    );
  }
  if (other !== undefined)
    throw new Rejection('ambiguous_rule', { name, file: rule.file, other: other.file }, path);
  return rule;
}

function silentOnes(correlations: readonly CorrelationRule[], named: RulesByName): Set<string> {
  const fed = correlations.flatMap((correlation) =>
    correlation.rules.map((name, place) => ({ ...correlation, feeds: resolve(name, place, named).id })),
  );
  const loud = new Set(fed.filter(({ generate }) => generate).map(({ feeds }) => feeds));
  return new Set(fed.map(({ feeds }) => feeds).filter((id) => !loud.has(id)));
}

function plan(root: CorrelationRule, named: RulesByName): CorrelationPlan {
  const nodes: PlanNode[] = [];
  const feeds: Feed[] = [];
  const path: string[] = [];

  /** Adds a correlation behind all that it builds on; what is above it is known by its place only when it is added. */
  function add(correlation: CorrelationRule): number {
    if (path.includes(correlation.id))
      throw new Rejection('correlation_cycle', { title: correlation.title }, ['correlation', 'rules']);
    if (path.length === depthLimit || nodes.length === mostNodes)
      throw new Rejection('correlation_depth', { limit: depthLimit, most: mostNodes }, [
        'correlation',
        'rules',
      ]);
    path.push(correlation.id);
    const inputs = correlation.rules.map((name, place) => resolve(name, place, named));
    inputs.forEach((input, place) => {
      if (inputs.indexOf(input) !== place)
        throw new Rejection('rule_twice', { title: input.title }, ['correlation', 'rules', place]);
    });
    const below = inputs.map((input) => (isCorrelationRule(input) ? add(input) : null));
    const own = nodes.push(nodeOf(correlation, inputs)) - 1;
    inputs.forEach((input, place) => {
      const name = correlation.rules[place] as string;
      const fields = fieldsFor(correlation, name, input);
      const child = below[place];
      if (typeof child === 'number')
        nodes[child] = {
          ...(nodes[child] as PlanNode),
          parent: parentOf(own, place, fields, nodes[child] as PlanNode),
        };
      else feeds.push({ rule: input.id, node: own, input: place, ...fields });
    });
    path.pop();
    return own;
  }

  add(root);
  const rooted = withRootGroups(nodes);
  const meaning = JSON.stringify([
    rooted.map(({ title, inputs, ...node }) => [node, inputs.map(({ id }) => id)]),
    feeds,
    root.bucketMs,
  ]);
  return {
    key: `${root.id}@${createHash('sha256').update(meaning).digest('base64url').slice(0, 8)}`,
    detector: detectorOf('correlation', root),
    bucketMs: root.bucketMs,
    nodes: rooted,
    feeds,
  };
}

function nodeOf(correlation: CorrelationRule, inputs: readonly RuleHeader[]): PlanNode {
  const { id, title, type, groupBy, timespanMs, bounds, fields, percentile, expression, conditionText } =
    correlation;
  const { compare, travel } = correlation;
  return {
    id,
    title,
    type,
    groupBy,
    timespanMs,
    bounds,
    fields,
    percentile,
    expression,
    conditionText,
    inputs: inputs.map((input) => ({ id: input.id, title: input.title })),
    closing: closes(correlation),
    parent: null,
    rootGroup: [],
    ...(compare === undefined ? {} : { compare }),
    ...(travel === undefined ? {} : { travel }),
  };
}

function closes({ type, bounds, expression, compare }: CorrelationRule): boolean {
  if (expression !== null) return negates(expression);
  // How a mean compares is known when all of it has come.
  if (compare !== undefined && type === 'value_avg') return true;
  const all = [...bounds, ...(compare?.ratio ?? []), ...(compare?.difference ?? [])];
  return all.some(({ operator }) => operator !== 'gt' && operator !== 'gte');
}

/** Spaces in field names do not count (specification, Field Usage). */
const plainName = (field: string): string => field.replaceAll(' ', '');

/** The fields of one rule's events that a correlation groups by and counts, its aliases resolved. */
function fieldsFor(
  { groupBy, fields, aliases }: CorrelationRule,
  name: string,
  { title }: RuleHeader,
): Pick<Feed, 'group' | 'values'> {
  const field = (wanted: string, place: (string | number)[]): string => {
    const alias = aliases.get(wanted);
    if (alias === undefined) return plainName(wanted);
    const found = alias.get(name);
    if (found === undefined)
      throw new Rejection('alias_incomplete', { alias: wanted, rule: title }, ['correlation', ...place]);
    return plainName(found);
  };
  return {
    group: groupBy.map((each, i) => field(each, ['group-by', i])),
    values: fields.map((each) => field(each, ['condition', 'field'])),
  };
}

/** A correlation's finding has the values of its group and no others. */
function parentOf(
  node: number,
  input: number,
  { group, values }: Pick<Feed, 'group' | 'values'>,
  child: PlanNode,
): PlanParent {
  const own = child.groupBy.map(plainName);
  const place = (field: string): number => {
    const at = own.indexOf(field);
    if (at === -1)
      throw new Rejection('not_grouped', { rule: child.title, field }, ['correlation', 'group-by']);
    return at;
  };
  return { node, input, group: group.map(place), values: values.map(place) };
}

function withRootGroups(nodes: readonly PlanNode[]): PlanNode[] {
  const rootGroup: (readonly number[])[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { parent, groupBy } = nodes[i] as PlanNode;
    rootGroup[i] =
      parent === null
        ? groupBy.map((_, at) => at)
        : (rootGroup[parent.node] as readonly number[]).map((at) => parent.group[at] as number);
  }
  return nodes.map((node, i) => ({ ...node, rootGroup: rootGroup[i] as readonly number[] }));
}
