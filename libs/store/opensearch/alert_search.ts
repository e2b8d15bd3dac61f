import type { JsonObject } from '@tidewatch/event';
import {
  type DslLayout,
  type KqlNode,
  TooManyConditionsError,
  TooManyFieldsError,
  toDsl,
  toPredicate,
} from '@tidewatch/query';
import type { AlertSearch, Scope } from '../contract.ts';
import { errors } from '../errors.ts';
import { alertIndex } from './alert_index.ts';
import type { OpenSearchConnection } from './client.ts';
import { fieldsOf, readLayouts } from './index_layout.ts';
import { request } from './request.ts';

export type AlertFilter = Pick<AlertSearch, 'query' | 'range'>;

/** Sort keys, most important first, with the direction of all of them. */
export const alertOrders = {
  newest: { keys: ['tidewatch_alert.last', 'id'], direction: 'desc' },
  oldest: { keys: ['tidewatch_alert.last', 'id'], direction: 'asc' },
  severity: { keys: ['tidewatch_alert.level_rank', 'tidewatch_alert.last', 'id'], direction: 'desc' },
} as const;

/** Latest time that OpenSearch reads, the last millisecond of the year 9999; an open range stays within. */
const furthest = 253_402_300_799_999;
/** Alerts that only the predicate decides about are read in pages of so many, and at most so many may fit. */
const readAtOnce = 1_000;
const mostDecided = 50_000;

/** What a request and its scope ask for beside the query: time of the last match, and classes. */
function visible({ range }: AlertFilter, { dataClasses }: Scope): JsonObject[] {
  const [gte, lt] = [range.from, range.to].map((at) =>
    Math.ceil(Math.max(-furthest, Math.min(at, furthest))),
  );
  const within: JsonObject = { range: { 'tidewatch_alert.last': { gte: gte as number, lt: lt as number } } };
  return dataClasses === 'all'
    ? [within]
    : [within, { terms: { 'tidewatch_alert.data_class': [...dataClasses] } }];
}

/**
 * The alerts that a request is about, as a query of OpenSearch. Where the index can't tell exactly, the alerts in question
 * are read and named by their ids.
 *
 * @throws QUERY_TOO_WIDE, OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function alertCondition(
  connection: OpenSearchConnection,
  { query, range }: AlertFilter,
  scope: Scope,
  now: number,
): Promise<JsonObject> {
  const filter = visible({ range }, scope);
  if (query === undefined || query.kind === 'all') return { bool: { filter } };
  const { may, sure } = boundsOf(query, now, await layoutFor(connection, query));
  if (may === sure) return { bool: { filter: [...filter, may] } };
  const unsure = { bool: { filter: [...filter, may], must_not: [sure] } };
  const fits = toPredicate(query, { now });
  const decided: string[] = [];
  for await (const { _id, _source } of readAll(connection, unsure, sourceFor(query))) {
    if (!fits(_source)) continue;
    decided.push(_id);
    if (decided.length > mostDecided)
      throw errors.QUERY_TOO_WIDE({
        problem: `No index answers this query, and over ${mostDecided} alerts fit it; narrow it down, or the time.`,
      });
  }
  return {
    bool: { filter, should: [sure, { ids: { values: decided } }], minimum_should_match: 1 },
  };
}

/** How the fields that a query names are indexed, but for those that only the store reads. */
async function layoutFor(connection: OpenSearchConnection, query: KqlNode): Promise<DslLayout> {
  const [found] = await readLayouts(connection, alertIndex, fieldsOf(query));
  const { layout } = found ?? { layout: { type: () => undefined, paths: () => [], texts: [] } };
  const isOwn = (path: string): boolean => path.startsWith('tidewatch_alert');
  return {
    type: (path) => (isOwn(path) ? undefined : layout.type(path)),
    paths: () => [...layout.paths()].filter((path) => !isOwn(path)),
    texts: layout.texts,
  };
}

function boundsOf(query: KqlNode, now: number, layout: DslLayout) {
  try {
    return toDsl(query, { now, layout });
  } catch (error) {
    if (error instanceof TooManyFieldsError || error instanceof TooManyConditionsError)
      throw errors.QUERY_TOO_WIDE({ problem: error.message });
    throw error;
  }
}

export interface AlertHit<Source> {
  readonly _id: string;
  readonly _source: Source;
  readonly sort: (string | number)[];
}

export interface AlertHits<Source> {
  readonly hits: { readonly hits: readonly AlertHit<Source>[]; readonly total?: { readonly value: number } };
}

/** As much of a document as the predicate looks at. */
function sourceFor(query: KqlNode): JsonObject {
  const anywhere = JSON.stringify(query).includes('"field":null');
  return anywhere ? { excludes: ['tidewatch_alert'] } : { includes: fieldsOf(query) };
}

/** Every alert that a query finds, page by page. */
export async function* readAll(
  connection: OpenSearchConnection,
  query: JsonObject,
  _source: JsonObject,
): AsyncIterable<AlertHit<JsonObject>> {
  const { keys, direction } = alertOrders.oldest;
  let after: readonly (string | number)[] | undefined;
  do {
    const body = {
      ...{ size: readAtOnce, query, track_total_hits: false, _source },
      sort: keys.map((key) => ({ [key]: direction })),
      ...(after && { search_after: after }),
    };
    const { hits } = (await searchAlerts<AlertHits<JsonObject>>(connection, body)).hits;
    yield* hits;
    after = hits.length < readAtOnce ? undefined : hits.at(-1)?.sort;
  } while (after !== undefined);
}

/** Asks `_search` of the alerts. */
export async function searchAlerts<Answer>(connection: OpenSearchConnection, body: object): Promise<Answer> {
  const path = `/${alertIndex}/_search`;
  return (await request<Answer>(connection, { method: 'POST', path, body }, 'alerts')).body;
}

/** @param index of the alerts, or of what is kept beside them */
export async function countAlerts(
  connection: OpenSearchConnection,
  query: JsonObject,
  index = alertIndex,
): Promise<number> {
  const params = { method: 'POST', path: `/${index}/_count`, body: { query } };
  return (await request<{ readonly count: number }>(connection, params, 'alerts')).body.count;
}
