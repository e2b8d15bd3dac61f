import { createFeeder } from '@tidewatch/detector';
import { bucketStart, type EcsEvent, type EntityKey } from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import {
  type AnyRule,
  type CorrelationPlan,
  type CorrelationRule,
  createCorrelator,
  createSigmaEngine,
  entityKey,
  isCorrelationRule,
  type LoadedRules,
  planCorrelations,
  type SigmaEngine,
  type SigmaRule,
  type Stretch,
} from '@tidewatch/sigma';

/** An alert as it stands when everything has come. */
export interface RaisedAlert {
  /** The rule's id. */
  readonly rule: string;
  readonly key: EntityKey;
  readonly count: number;
  /** Event time of its first match, epoch milliseconds. */
  readonly first: number;
}

export interface Outcome {
  readonly alerts: readonly RaisedAlert[];
  /** Matches of the rules on single events, by id; rules without are left out. */
  readonly matches: ReadonlyMap<string, number>;
  /** Matches that belong to no group of a correlation, since a field of its group-by or its value is missing. */
  readonly ungrouped: number;
  /** Rules that threw, in words. */
  readonly faults: readonly string[];
}

/** Some rules, and all they build on, ready to be tested. */
export interface Bench {
  readonly engine: SigmaEngine;
  readonly plans: readonly CorrelationPlan[];
  /** Why rules cannot be tested, by their ids. */
  readonly broken: ReadonlyMap<string, string>;
  run(events: readonly { readonly event: EcsEvent; readonly time: number }[]): Outcome;
}

const config = { allowedLatenessMs: 0, idleAfterMs: 1, maxEvents: 1_000_000, sliceMs: 10_000 };
const farInTheFuture = 4_000 * 86_400_000;

/** Each rule is tested by itself: whether others build on it makes no difference. */
export function createBench(tested: readonly AnyRule[], loaded: LoadedRules): Bench {
  const { plans, broken } = plansFor(tested.filter(isCorrelationRule), loaded);
  const alone = new Set(tested.filter((rule) => !isCorrelationRule(rule)).map(({ id }) => id));
  const needed = new Set([...alone, ...plans.flatMap(({ feeds }) => feeds.map(({ rule }) => rule))]);
  const feeder = createFeeder(plans, 1);
  const faults: string[] = [];
  const engine = createSigmaEngine(
    loaded.rules.filter(({ id }) => needed.has(id)),
    { fields: feeder.fields, onFault: ({ title }, { message }) => faults.push(`${title}: ${message}`) },
  );

  return {
    engine,
    plans,
    broken,
    run(events) {
      const matches = new Map<string, number>();
      const alerts = new Map<string, RaisedAlert>();
      events.forEach(({ event, time }, offset) => {
        for (const { rule } of engine.evaluate(event)) {
          matches.set(rule.id, (matches.get(rule.id) ?? 0) + 1);
          feeder.feed(rule.id, event, offset, time, engine, false);
          if (alone.has(rule.id)) join(alerts, rule, event, time);
        }
      });
      const { shards, ungrouped } = feeder.take();
      const correlated = correlate(plans, shards[0] ?? '', events);
      return { alerts: [...alerts.values(), ...correlated], matches, ungrouped, faults: faults.splice(0) };
    },
  };
}

/** The plan of each correlation with nothing above it, which would keep it silent. */
function plansFor(correlations: readonly CorrelationRule[], loaded: LoadedRules) {
  const broken = new Map<string, string>();
  const plans: CorrelationPlan[] = [];
  for (const correlation of correlations) {
    const planned = planCorrelations(loaded.rules, below(correlation, loaded.correlations));
    const plan = planned.plans.find(({ detector }) => detector.id === correlation.id);
    const why = planned.rejected.find(({ id }) => id === correlation.id)?.reason;
    if (plan === undefined) broken.set(correlation.id, why ?? 'It builds on itself.');
    else plans.push(plan);
  }
  return { plans, broken };
}

/** A correlation and the correlations it builds on. */
function below(root: CorrelationRule, all: readonly CorrelationRule[]): CorrelationRule[] {
  const found = new Set([root]);
  for (const { rules } of found)
    for (const other of all)
      if (rules.includes(other.id) || rules.includes(other.name ?? '')) found.add(other);
  return [...found];
}

/** As alerts on single events gather them: by whom they are about, and in buckets of time. */
function join(alerts: Map<string, RaisedAlert>, rule: SigmaRule, event: EcsEvent, time: number): void {
  const key = entityKey(event);
  const id = alertId(rule.id, key, bucketStart(time, rule.bucketMs));
  const { count = 0, first = time } = alerts.get(id) ?? {};
  alerts.set(id, { rule: rule.id, key, count: count + 1, first });
}

function correlate(
  plans: readonly CorrelationPlan[],
  fed: string,
  events: readonly { readonly event: EcsEvent; readonly time: number }[],
): RaisedAlert[] {
  const correlator = createCorrelator(config, plans);
  const lines = fed === '' ? nothing : (JSON.parse(fed) as Lines);
  const last = events.reduce((newest, { time }) => Math.max(newest, time), 0);
  const names = [...new Set(events.map(({ event }) => event.tidewatch.source))];
  const stretch = (to: number, matched: Lines, until: number): Stretch => ({
    partition: 0,
    to,
    sources: names.map((source) => [source, until, until]),
    idle: [],
    ...matched,
  });
  const said = [
    ...correlator.take(stretch(events.length, lines, last)).findings,
    ...correlator.take(stretch(events.length + 1, nothing, last + farInTheFuture)).findings,
  ];
  const lastWords = [...new Map(said.map((each) => [each.id, each])).values()];
  return lastWords
    .filter(({ count }) => count > 0)
    .map(({ detector, key, count, matches }) => ({
      rule: detector.id,
      key,
      count,
      first: matches[0]?.time ?? last,
    }));
}

type Lines = Omit<Stretch, 'partition' | 'to' | 'sources' | 'idle'>;
const nothing: Lines = { plans: [], classes: [], origins: [], matches: [] };
