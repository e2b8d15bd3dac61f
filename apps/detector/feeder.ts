import { createHash } from 'node:crypto';
import type { EcsEvent } from '@tidewatch/event';
import {
  type CorrelationPlan,
  type Feed,
  geoPointOf,
  groupId,
  type MatchLine,
  measuredValue,
  type SigmaEngine,
} from '@tidewatch/sigma';
import { formerNames, type Rename } from './former_pseudonyms.ts';
import type { Fed } from './protocol.ts';

/** An event with several values in a field belongs to a group for each, up to so many. */
const mostGroups = 16;
/** A longer value is known by its beginning and its digest: state keeps it for as long as a window lasts. */
const longest = 1_024;
/** What Windows writes for no value. */
const nothing = new Set(['', '-']);

/** Gathers what the matches of a batch mean for correlations. */
export interface Feeder {
  /** Fields that correlations group by or measure. */
  readonly fields: readonly string[];
  /** Takes a match of a rule on the event that the engine evaluated last. */
  feed(
    rule: string,
    event: EcsEvent,
    offset: number,
    time: number,
    engine: SigmaEngine,
    silent: boolean,
  ): void;
  /** What was gathered since this was last asked. */
  take(): Fed;
}

/** What is gathered for one shard, with the tables that its lines refer to. */
interface Gathered {
  readonly plans: string[];
  readonly classes: string[];
  readonly origins: string[];
  readonly matches: MatchLine[];
}

export function createFeeder(plans: readonly CorrelationPlan[], shards: number): Feeder {
  const byRule = new Map<string, { plan: CorrelationPlan; feed: Feed }[]>();
  for (const plan of plans)
    for (const feed of plan.feeds) byRule.set(feed.rule, [...(byRule.get(feed.rule) ?? []), { plan, feed }]);
  let gathered: (Gathered | undefined)[] = [];
  let rules = new Map<string, { matches: number; last: number }>();
  let ungrouped = 0;

  function add(plan: CorrelationPlan, feed: Feed, group: readonly string[], rest: Rest): void {
    const node = plan.nodes[feed.node] as CorrelationPlan['nodes'][number];
    const root = groupId(node.rootGroup.map((place) => group[place] as string));
    const shard = hash(`${plan.key} ${root}`) % shards;
    const into = gathered[shard] ?? { plans: [], classes: [], origins: [], matches: [] };
    gathered[shard] = into;
    const { offset, time, id, dataClass, source, texts } = rest;
    into.matches.push([
      numberIn(into.plans, plan.key),
      feed.node,
      feed.input,
      group,
      offset,
      time,
      id,
      numberIn(into.classes, dataClass),
      measuredValue(node, texts),
      numberIn(into.origins, source),
    ]);
  }

  /** Windows that began in the epoch before know the event by the pseudonyms of then. */
  function addFormer(
    plan: CorrelationPlan,
    feed: Feed,
    groups: readonly (readonly string[])[],
    rest: Rest,
    rename: Rename,
  ): void {
    for (const group of groups) {
      const before = group.map(rename);
      if (before.some((value, i) => value !== group[i]))
        add(plan, feed, before, { ...rest, texts: rest.texts.map(rename) });
    }
  }

  return {
    fields: plans.flatMap(({ feeds }) => feeds.flatMap(({ group, values }) => [...group, ...values])),

    feed(rule, event, offset, time, engine, silent) {
      if (silent) {
        const { matches = 0, last = time } = rules.get(rule) ?? {};
        rules.set(rule, { matches: matches + 1, last: Math.max(last, time) });
      }
      const feeds = byRule.get(rule);
      if (feeds === undefined) return;
      const former = formerNames(event);
      for (const { plan, feed } of feeds) {
        const groups = combinations(feed.group.map((field) => textsOf(engine, field)));
        const texts = valuesOf(plan, feed, engine);
        if (groups.length === 0 || texts.includes(undefined)) ungrouped++;
        else {
          const { id } = event.event;
          const { data_class: dataClass, source } = event.tidewatch;
          const rest = { offset, time, id, dataClass, source, texts: texts as string[] };
          for (const group of groups) add(plan, feed, group, rest);
          if (former !== undefined) addFormer(plan, feed, groups, rest, former);
        }
      }
    },

    take() {
      const fed = {
        shards: Array.from({ length: shards }, (_, shard) =>
          gathered[shard] === undefined ? '' : JSON.stringify(gathered[shard]),
        ),
        rules: [...rules].map(([rule, { matches, last }]) => [rule, matches, last] as const),
        ungrouped,
      };
      gathered = [];
      rules = new Map();
      ungrouped = 0;
      return fed;
    },
  };
}

interface Rest {
  readonly offset: number;
  readonly time: number;
  readonly id: string;
  readonly dataClass: string;
  readonly source: string;
  readonly texts: readonly string[];
}

/** The first text of each field that is counted or measured; of a place all: they are its latitude and longitude. */
const valuesOf = (
  { nodes }: CorrelationPlan,
  { node, values }: Feed,
  engine: SigmaEngine,
): (string | undefined)[] =>
  nodes[node]?.travel === undefined
    ? values.map((field) => textsOf(engine, field)[0])
    : [geoPointOf(values.flatMap((field) => engine.textsOf(field))) ?? undefined];

const textsOf = (engine: SigmaEngine, field: string): string[] =>
  [...new Set(engine.textsOf(field).filter((text) => !nothing.has(text)))]
    .slice(0, mostGroups)
    .map((text) => (text.length <= longest ? text : `${text.slice(0, 200)}… ${digest(text)}`));

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Every choice of one value of each field; none where a field has none. */
function combinations(fields: readonly (readonly string[])[]): string[][] {
  return fields.reduce<string[][]>(
    (chosen, values) =>
      chosen.flatMap((group) => values.map((value) => [...group, value])).slice(0, mostGroups),
    [[]],
  );
}

function numberIn(names: string[], name: string): number {
  const known = names.indexOf(name);
  return known === -1 ? names.push(name) - 1 : known;
}

/** FNV-1a, 32 bits: which shard a group belongs to must never change. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum >>> 0;
}
