import {
  type Alert,
  bucketStart,
  type DataClass,
  type Engine,
  type EventMatch,
  type Findings,
  type JsonObject,
  type Level,
} from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import type { AlertStore } from './contract.ts';
import { always, eventOf, everyone, indexed, kql, suiteNow } from './fixtures.suite.ts';

let matchOffset = 0;

export interface MatchOptions {
  readonly rule?: string;
  readonly level?: Level;
  readonly engine?: Engine;
  readonly host?: string;
  readonly user?: string;
  readonly time?: number;
  readonly offset?: number;
  readonly partition?: number;
  readonly dataClass?: DataClass;
  readonly fields?: JsonObject;
}

/** One match on one event, each at the next offset. */
export function match(options: MatchOptions = {}): EventMatch {
  const {
    rule = 'r1',
    level = 'high',
    engine = 'sigma',
    host = 'web',
    user = 'bob',
    time = suiteNow,
  } = options;
  const { dataClass = 'short', fields = {}, partition = 0, offset: at = matchOffset++ } = options;
  const record = indexed(
    {
      host: { name: host, os: { type: 'linux' } },
      user: { name: user },
      message: 'Failed password for bob',
      ...fields,
    },
    { time, dataClass, position: { partition, offset: at } },
  );
  return {
    id: `match-${rule}-${record.head.id}`,
    detector: { engine, id: rule, title: `Rule ${rule}`, level, tags: ['attack.t1110'] },
    key: [
      { field: 'host.name', value: host },
      { field: 'user.name', value: user },
    ],
    time,
    position: record.position,
    bucketMs: 3_600_000,
    dataClass,
    event: eventOf(record),
    explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
  };
}

/** What a correlation says of one hour of one host. */
export function findings(times: readonly number[], settled = false): Findings {
  const matches = times.map((time) => {
    const { position: _, ...found } = match({ engine: 'correlation', rule: 'c', time, offset: time });
    return {
      ...found,
      id: `found-${time}`,
      event: { ...found.event, event: { ...found.event.event, id: `f${time}` } },
    };
  });
  const start = bucketStart(suiteNow, 3_600_000);
  const { detector, key } = match({ engine: 'correlation', rule: 'c', offset: 0 });
  return {
    id: alertId(detector.id, key, start),
    detector,
    key,
    dataClass: 'short',
    bucket: { start, end: start + 3_600_000 },
    count: times.length,
    matches,
    settled,
  };
}
/** The alert of one match, stored. */
export const storeAlert = async (store: AlertStore, options?: MatchOptions): Promise<Alert> =>
  (await store.apply([match(options)]))[0]!.alert;

/** Whose alerts a query finds: ids of rules, sorted. */
export async function rulesFound(store: AlertStore, query: string, scope = everyone): Promise<string[]> {
  const found = await store.search({ query: kql(query), range: always, sort: 'oldest', limit: 1_000 }, scope);
  return found.items.map(({ detector }) => detector.id).sort();
}
