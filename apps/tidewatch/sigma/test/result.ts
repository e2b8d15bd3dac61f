import type { EcsEvent } from '@tidewatch/event';
import type { Dispatch } from '@tidewatch/normalize';
import type { CorrelationPlan, Credit } from '@tidewatch/sigma';
import type { Bench, Outcome, RaisedAlert } from './bench.ts';
import { type AskedAlert, askedAlerts, differenceOf } from './expect.ts';
import type { PlacedTest } from './files.ts';
import { happenings } from './happen.ts';
import { type NearestMiss, nearestMiss } from './miss.ts';

/** An alert in the words of the rules' names, asked for or raised. */
export interface NamedAlert {
  /** Where any rule of several would do, their names with `or` between. */
  readonly rule: string;
  readonly key?: Readonly<Record<string, string | number>> | undefined;
  readonly count?: number | undefined;
  /** ISO 8601, when its first match was. */
  readonly first?: string;
}

/** A rule on single events that matched nothing, though an alert rests on it, and what came closest. */
export type NearestRule = { readonly rule: string } & Partial<NearestMiss>;

export interface TestResult {
  readonly name: string;
  readonly line: number;
  readonly passed: boolean;
  /** Why there is nothing to compare: an event that cannot be read, a rule that threw. */
  readonly problems: readonly string[];
  readonly alerts: readonly NamedAlert[];
  readonly missing: readonly NamedAlert[];
  readonly unexpected: readonly NamedAlert[];
  /** How often each rule on single events matched. */
  readonly matches: Readonly<Record<string, number>>;
  /** Whose rules they are that matched or made alerts, as those state it. */
  readonly credits: Readonly<Record<string, Credit>>;
  /** What correlations wait for, in words; told where one of their alerts is missing. */
  readonly wanted: readonly string[];
  readonly nearest: readonly NearestRule[];
}

export interface TestContext {
  readonly bench: Bench;
  /** Parsers from files that read the test's events. */
  readonly parsers?: Dispatch | undefined;
  /** Ids of the rules that the test stands beside. */
  readonly own: readonly string[];
  readonly idOf: (name: string) => string;
  readonly nameOf: (id: string) => string;
  readonly creditOf: (id: string) => Credit;
}

export function runTest(test: PlacedTest, context: TestContext): TestResult {
  const { bench, parsers, own, idOf, nameOf, creditOf } = context;
  const events: { event: EcsEvent; time: number }[] = [];
  const problems: string[] = [];
  for (const happening of happenings(test, parsers)) {
    if (happening.ok) events.push(happening);
    else problems.push(`events.${happening.step} cannot be read: ${happening.reason}`);
  }
  const outcome = bench.run(events);
  problems.push(...outcome.faults.map((fault) => `a rule failed: ${fault}`));
  const asked = askedAlerts(test.alerts, own, idOf);
  const judged = new Set([...own, ...asked.flatMap(({ rules }) => rules)]);
  const came = outcome.alerts.filter(({ rule }) => judged.has(rule));
  const { missing, unexpected } = differenceOf(asked, came);
  const absent = new Set(missing.flatMap(({ rules }) => rules));
  const plans = bench.plans.filter(({ detector }) => absent.has(detector.id));
  return {
    name: test.name,
    line: test.line,
    passed: problems.length + missing.length + unexpected.length === 0,
    problems: [...new Set(problems)],
    alerts: came.map((alert) => raised(alert, nameOf)),
    missing: missing.map((alert) => wantedAlert(alert, nameOf)),
    unexpected: unexpected.map((alert) => raised(alert, nameOf)),
    matches: Object.fromEntries([...outcome.matches].map(([rule, count]) => [nameOf(rule), count])),
    credits: Object.fromEntries(
      [...new Set([...outcome.matches.keys(), ...came.map(({ rule }) => rule)])].map((id) => [
        nameOf(id),
        creditOf(id),
      ]),
    ),
    wanted: plans.map((plan) => wantedOf(plan, nameOf, outcome)),
    nearest: silentOnes(absent, plans, outcome).map((rule) => ({
      rule: nameOf(rule),
      ...nearestMiss(bench.engine, rule, events),
    })),
  };
}

/** Ids of the rules on single events that missing alerts rest on, and that matched nothing. */
function silentOnes(
  absent: ReadonlySet<string>,
  plans: readonly CorrelationPlan[],
  { matches }: Outcome,
): string[] {
  const correlations = new Set(plans.map(({ detector }) => detector.id));
  const single = [...absent].filter((rule) => !correlations.has(rule));
  const fed = plans.flatMap(({ feeds }) => feeds.map(({ rule }) => rule));
  return [...new Set([...single, ...fed])].filter((rule) => !matches.has(rule));
}

const raised = ({ rule, key, count, first }: RaisedAlert, nameOf: TestContext['nameOf']): NamedAlert => ({
  rule: nameOf(rule),
  key: Object.fromEntries(key.map(({ field, value }) => [field, value])),
  count,
  first: new Date(first).toISOString(),
});

const wantedAlert = ({ rules, ...rest }: AskedAlert, nameOf: TestContext['nameOf']): NamedAlert => ({
  rule: rules.map(nameOf).join(' or '),
  ...rest,
});

/** `ssh_guessing: event_count >= 10 of ssh_refused within 5m by source.ip` */
function wantedOf(
  { detector, nodes }: CorrelationPlan,
  nameOf: TestContext['nameOf'],
  { ungrouped }: Outcome,
): string {
  const root = nodes.at(-1) as CorrelationPlan['nodes'][number];
  const by = root.groupBy.length === 0 ? '' : ` by ${root.groupBy.join(', ')}`;
  const what = [...root.fields, root.conditionText].join(' ');
  const rules = root.inputs.map(({ id }) => nameOf(id)).join(', ');
  const left =
    ungrouped === 0
      ? ''
      : `; ${ungrouped} matches lack a field of a group-by, or the value, and do not count`;
  return `${nameOf(detector.id)} waits for ${root.type} ${what} of ${rules} within ${timespan(root.timespanMs)}${by}${left}`;
}

/** As rules write it. */
function timespan(milliseconds: number): string {
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
  const [unit, size] = Object.entries(units).find(([, length]) => milliseconds % length === 0) ?? ['ms', 1];
  return `${milliseconds / size}${unit}`;
}
