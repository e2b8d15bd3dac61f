import { type ComparedSpec, compareDocument, comparedWindows } from './compare_oracle.fixture.ts';

/** A correlation, as a test writes it; times in seconds. */
export interface Spec {
  readonly id: string;
  readonly type: string;
  /** Names of single-event rules, or ids of other correlations. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespan: number;
  readonly bounds?: Readonly<Record<string, number>>;
  readonly field?: string;
  readonly percentile?: number;
  readonly expression?: Expression;
  readonly aliases?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly compare?: ComparedSpec;
}

export type Expression =
  | string
  | { readonly not: Expression }
  | { readonly and: readonly Expression[] }
  | { readonly or: readonly Expression[] };

/** Something that a rule, or a correlation, has found. */
export interface Seen {
  readonly rule: string;
  readonly id: string;
  readonly at: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** What a correlation has to have found in the end. */
export interface Expected {
  /** Its group's values, in folded case. */
  readonly group: string;
  readonly at: number;
  /** Events of its window, and those that joined; null where not all of the window's count. */
  readonly events: number | null;
  readonly value: number | null;
}

const bracketed = (text: Expression): string => (typeof text === 'string' ? text : `(${written(text)})`);

/** The condition in Sigma's grammar. */
export function written(expression: Expression): string {
  if (typeof expression === 'string') return expression;
  if ('not' in expression) return `not ${bracketed(expression.not)}`;
  return 'and' in expression
    ? expression.and.map(bracketed).join(' and ')
    : expression.or.map(bracketed).join(' or ');
}

/** The correlation as a rule document. */
export function documentOf({ id, type, rules, groupBy, timespan, ...rest }: Spec): string {
  const { bounds, field, percentile, expression, aliases, compare } = rest;
  const compared = bounds && {
    ...bounds,
    ...(field === undefined ? {} : { field }),
    ...(percentile === undefined ? {} : { percentile }),
  };
  const condition = expression === undefined ? compared : written(expression);
  return JSON.stringify({
    title: id,
    id,
    level: 'high',
    ...(compare === undefined ? {} : { tidewatch: { compare: compareDocument(compare, timespan) } }),
    correlation: {
      type,
      rules,
      'group-by': groupBy,
      timespan: `${timespan}s`,
      ...(condition === undefined ? {} : { condition }),
      ...(aliases === undefined ? {} : { aliases }),
    },
  });
}

/** What a correlation finds when everything has come, by trying every window on all events at once. */
export function expectedOf(spec: Spec, specs: readonly Spec[], seen: readonly Seen[]): Expected[] {
  const groups = new Map<string, Seen[]>();
  for (const rule of spec.rules) {
    const child = specs.find(({ id }) => id === rule);
    const found =
      child === undefined
        ? seen.filter((one) => one.rule === rule)
        : expectedOf(child, specs, seen).map(({ group, at }) => asSeen(child, group, at));
    for (const one of found) {
      const group = JSON.stringify(
        spec.groupBy.map((field) => fieldOf(spec, rule, one, field).toLowerCase()),
      );
      const list = groups.get(group) ?? [];
      groups.set(group, list);
      const perRule = spec.type.startsWith('temporal');
      if (list.some((known) => known.id === one.id && (!perRule || known.rule === rule))) continue;
      list.push({ ...one, fields: { value: fieldOf(spec, rule, one, spec.field ?? '') } });
    }
  }
  return [...groups].flatMap(([group, list]) => foundBy(spec, list).map((found) => ({ group, ...found })));
}

function foundBy(spec: Spec, list: readonly Seen[]): Found[] {
  const { type, timespan, bounds = {}, compare } = spec;
  if (compare === undefined) return closes(spec) ? closed(spec, list) : slid(spec, list);
  const operators = [bounds, compare.ratio, compare.difference].flatMap((each) => Object.keys(each ?? {}));
  const mean = type === 'value_avg';
  return comparedWindows(
    {
      compare,
      timespan,
      mean,
      closing: mean || operators.some((each) => each !== 'gt' && each !== 'gte'),
      measured: (window) => measureOf(spec, window) ?? (mean ? null : 0),
      floor: (value) => meets(bounds, value),
      meets,
    },
    list,
  );
}

const meets = (bounds: Readonly<Record<string, number>>, value: number): boolean =>
  Object.entries(bounds).every(([operator, bound]) => tests[operator]?.(value, bound));

function asSeen(child: Spec, group: string, at: number): Seen {
  const values = JSON.parse(group) as string[];
  const fields = Object.fromEntries(child.groupBy.map((field, i) => [field, values[i] as string]));
  return { rule: child.id, id: `${child.id} ${group} ${at}`, at, fields };
}

const fieldOf = ({ aliases }: Spec, rule: string, { fields }: Seen, field: string): string =>
  fields[aliases?.[field]?.[rule] ?? field] ?? '';

const negated = (expression: Expression): boolean =>
  typeof expression !== 'string' &&
  ('not' in expression || ('and' in expression ? expression.and : expression.or).some(negated));

const closes = ({ expression, bounds = {} }: Spec): boolean =>
  expression === undefined
    ? Object.keys(bounds).some((each) => each !== 'gt' && each !== 'gte')
    : negated(expression);

type Found = Omit<Expected, 'group'>;
/** Sums of seconds with thousandths are not exact. */
const exact = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;
const within = (list: readonly Seen[], from: number, to: number): Seen[] =>
  list.filter(({ at }) => at >= exact(from) && at <= exact(to));

/** Fires as soon as the condition holds; what comes within the timespan joins. */
function slid(spec: Spec, list: readonly Seen[]): Found[] {
  const found: Found[] = [];
  let ready = Number.NEGATIVE_INFINITY;
  for (const at of [...new Set(list.map((one) => one.at))].sort((a, b) => a - b)) {
    if (at <= ready) continue;
    const window = within(list, at - spec.timespan, at);
    if (!holds(spec, window)) continue;
    ready = exact(at + spec.timespan);
    const joined = within(list, at, ready).filter((one) => one.at > at);
    found.push({ at, events: sizeOf(spec, window, joined.length), value: shownOf(spec, window) });
  }
  return found;
}

/** Judged when the window is over, which begins with the first event after the last one. */
function closed(spec: Spec, list: readonly Seen[]): Found[] {
  const found: Found[] = [];
  const wanted = spec.expression === undefined ? spec.rules : positive(spec.expression, true);
  const begins = list.filter(({ rule }) => wanted.includes(rule)).map(({ at }) => at);
  let over = Number.NEGATIVE_INFINITY;
  for (const begin of begins.sort((a, b) => a - b)) {
    if (begin <= over) continue;
    over = exact(begin + spec.timespan);
    const window = within(list, begin, over);
    if (holds(spec, window))
      found.push({ at: over, events: sizeOf(spec, window, 0), value: shownOf(spec, window) });
  }
  return found;
}

/** A count is known up to where it decides nothing more. */
const shownOf = (spec: Spec, window: readonly Seen[]): number | null => {
  const value = measureOf(spec, window);
  return value === null || !spec.type.endsWith('_count') ? value : Math.min(value, decisive(spec));
};

const decisive = ({ bounds = {} }: Spec): number => Math.max(...Object.values(bounds)) + 1;

function sizeOf(spec: Spec, window: readonly Seen[], joined: number): number | null {
  if (spec.type.startsWith('temporal')) return null;
  return (spec.type.endsWith('_count') ? (shownOf(spec, window) as number) : window.length) + joined;
}

function positive(expression: Expression, sign: boolean): string[] {
  if (typeof expression === 'string') return sign ? [expression] : [];
  if ('not' in expression) return positive(expression.not, !sign);
  return ('and' in expression ? expression.and : expression.or).flatMap((each) => positive(each, sign));
}

const tests: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  eq: (value, bound) => value === bound,
  neq: (value, bound) => value !== bound,
};

function holds(spec: Spec, window: readonly Seen[]): boolean {
  const { type, expression, bounds, rules } = spec;
  if (type === 'temporal_ordered')
    return orders(expression ?? { and: rules }).some((order) => inOrder(order, window, []));
  if (expression !== undefined) return truth(expression, new Set(window.map(({ rule }) => rule)));
  const value = measureOf(spec, window);
  return value !== null && meets(bounds ?? { gte: rules.length }, value);
}

function truth(expression: Expression, seen: ReadonlySet<string>): boolean {
  if (typeof expression === 'string') return seen.has(expression);
  if ('not' in expression) return !truth(expression.not, seen);
  return 'and' in expression
    ? expression.and.every((each) => truth(each, seen))
    : expression.or.some((each) => truth(each, seen));
}

function orders(expression: Expression): string[][] {
  if (typeof expression === 'string') return [[expression]];
  if ('not' in expression) return [];
  if ('or' in expression) return expression.or.flatMap(orders);
  return expression.and
    .map(orders)
    .reduce((lists, more) => lists.flatMap((list) => more.map((each) => [...list, ...each])), [[]]);
}

/** Whether each step has an event of its own, none before the one in front of it. */
function inOrder(
  [rule, ...rest]: readonly string[],
  window: readonly Seen[],
  path: readonly Seen[],
): boolean {
  if (rule === undefined) return true;
  const last = path.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  return window.some(
    (one) =>
      one.rule === rule &&
      one.at >= last &&
      path.every(({ id }) => id !== one.id) &&
      inOrder(rest, window, [...path, one]),
  );
}

function measureOf({ type, percentile = 50, expression }: Spec, window: readonly Seen[]): number | null {
  if (type === 'event_count') return window.length;
  if (type === 'value_count') return new Set(window.map(({ fields }) => fields.value?.toLowerCase())).size;
  if (type === 'temporal')
    return expression === undefined ? new Set(window.map(({ rule }) => rule)).size : null;
  if (type === 'temporal_ordered') return null;
  const numbers = window
    .map(({ fields }) => Number(fields.value))
    .filter((number) => !Number.isNaN(number))
    .sort((a, b) => a - b);
  if (numbers.length === 0) return null;
  const sum = numbers.reduce((total, number) => total + number, 0);
  if (type === 'value_sum') return sum;
  if (type === 'value_avg') return sum / numbers.length;
  const middle = numbers.length / 2;
  if (type === 'value_median' && Number.isInteger(middle))
    return ((numbers[middle - 1] as number) + (numbers[middle] as number)) / 2;
  const share = type === 'value_median' ? 50 : percentile;
  // Nearest rank: the first that at least so many per cent do not exceed.
  return numbers.find((_, i) => (i + 1) * 100 >= share * numbers.length) as number;
}
