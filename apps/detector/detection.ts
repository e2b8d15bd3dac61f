import { hash } from 'node:crypto';
import { type EcsEvent, type EventMatch, isEcsEvent } from '@tidewatch/event';
import { matchId } from '@tidewatch/event/ids';
import {
  createRuleCosts,
  createSigmaEngine,
  detectorOf,
  enableLinearRegExpFallback,
  entityKey,
  loadThorTable,
  type RuleHit,
  type SigmaEngine,
} from '@tidewatch/sigma';
import { eventTime } from '@tidewatch/window';
import { createFeeder, type Feeder } from './feeder.ts';
import type { Fed, LoadedRules, RuleFault, RuleSources, SharedCosts } from './protocol.ts';
import { loadRuleSet, type RuleSet } from './rule_set.ts';

/** Rules ready to run on batches. */
export interface Detection {
  /** @param events JSON documents, one a line, in order of `offsets` */
  detect(
    partition: number,
    offsets: Float64Array,
    events: Uint8Array,
  ): { matches: EventMatch[]; fed: Fed; faults: RuleFault[] };
}

/** Compiled rules, and the set that they were made of. */
export interface Compiled {
  readonly detection: Detection;
  readonly set: RuleSet;
  readonly loaded: LoadedRules;
}

/**
 * Loads and compiles the rules. What is wrong with a rule is in `loaded`; it keeps no other from running.
 *
 * @param shards among how many the groups of correlations are divided
 * @param before what is in force: a rule whose new version is faulty stays as it was
 */
export async function createDetection(
  sources: RuleSources,
  shards: number,
  before?: RuleSet,
): Promise<Compiled> {
  enableLinearRegExpFallback();
  const started = performance.now();
  const set = await loadRuleSet(sources, before);
  const { rules, plans, silent } = set;
  const feeder = createFeeder(plans, shards);
  const faults: RuleFault[] = [];
  const engine = createSigmaEngine(rules, {
    ...(sources.thor === undefined ? {} : { windows: await loadThorTable(sources.thor) }),
    fields: feeder.fields,
    onFault: ({ id }, { message }) => faults.push({ rule: id, message }),
  });
  return {
    detection: {
      detect(partition, offsets, events) {
        // What an earlier batch left when it failed is no part of this one.
        feeder.take();
        const matches = detect(engine, silent, feeder, partition, offsets, events);
        return { matches, fed: feeder.take(), faults: faults.splice(0) };
      },
    },
    set,
    loaded: {
      rules: set.infos,
      notices: set.notices,
      plans,
      expiry: set.expiry,
      costs: {
        ids: rules.map(({ id }) => id),
        versions: rules.map(({ source }) => hash('sha256', source)),
        memory: engine.costs.memory,
      },
      milliseconds: performance.now() - started,
    },
  };
}

/** Lets the figures of rules that did not change go on, and what was stopped stay so. */
export function carryCosts(from: SharedCosts | undefined, to: SharedCosts): void {
  if (from === undefined) return;
  const old = createRuleCosts(from.ids.length, from.memory);
  const now = createRuleCosts(to.ids.length, to.memory);
  const numbers = new Map(from.ids.map((id, number) => [id, number]));
  to.ids.forEach((id, number) => {
    const known = numbers.get(id);
    if (known === undefined || from.versions[known] !== to.versions[number]) return;
    for (const figure of ['evaluations', 'evaluating', 'worst', 'explaining', 'stopped'] as const)
      now[figure][number] = old[figure][known] as number;
  });
  now.totals.set(old.totals);
}

function detect(
  engine: SigmaEngine,
  silent: ReadonlySet<string>,
  feeder: Feeder,
  partition: number,
  offsets: Float64Array,
  events: Uint8Array,
): EventMatch[] {
  const matches: EventMatch[] = [];
  const lines = Buffer.from(events.buffer, events.byteOffset, events.byteLength);
  let end = -1;
  offsets.forEach((offset) => {
    const start = end + 1;
    end = lines.indexOf(newline, start);
    const bytes = lines.subarray(start, end);
    const hits = engine.evaluate(bytes) ?? [];
    if (hits.length === 0) return;
    const event = readEvent(bytes.toString());
    if (event === undefined) return;
    const time = timeOf(event);
    for (const { rule } of hits) feeder.feed(rule.id, event, offset, time, engine, silent.has(rule.id));
    for (const hit of hits) {
      const match = silent.has(hit.rule.id) ? undefined : toMatch(hit, event, time, { partition, offset });
      if (match !== undefined) matches.push(match);
    }
  });
  return matches;
}

const timeOf = (event: EcsEvent): number =>
  eventTime({ timestamp: Date.parse(event['@timestamp']), ingested: Date.parse(event.event.ingested) }).time;

const newline = 10;

function readEvent(line: string): EcsEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEcsEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toMatch(
  { rule, explain }: RuleHit,
  event: EcsEvent,
  time: number,
  position: EventMatch['position'],
): EventMatch | undefined {
  const explanation = explain();
  // A rule that throws while it explains is suspended, and so explains nothing.
  if (explanation === null) return undefined;
  return {
    id: matchId(rule.id, event.event.id),
    detector: detectorOf('sigma', rule),
    key: entityKey(event),
    time,
    position,
    bucketMs: rule.bucketMs,
    dataClass: event.tidewatch.data_class,
    event,
    explanation,
  };
}
