import type { EcsEvent, JsonObject } from '@tidewatch/event';
import { type DslBounds, type DslLayout, TooManyFieldsError, toDsl, toPredicate } from '@tidewatch/query';
import type { Scope, SearchRequest, TimeRange } from '../contract.ts';
import { errors } from '../errors.ts';
import type { OpenSearchConnection } from './client.ts';
import { fieldsOf, readLayouts } from './index_layout.ts';
import { eventIndex, eventIndices } from './index_name.ts';
import { type Hit, searchIndices } from './read.ts';

export type Filter = Pick<SearchRequest, 'query' | 'range'>;

/** A query as indices of one layout can answer it. */
export interface EventQuery extends DslBounds {
  /** As it stands in a path. */
  readonly indices: string;
  readonly layout: DslLayout;
  /** Decides about what `may` fit and does not `sure`ly. */
  readonly fits: (event: EcsEvent) => boolean;
}

/** So many events are looked at one by one for an answer that the index cannot give: some 20 s. */
export const mostLookedAt = 50_000;
export const hitsOfRequest = 1_000;

/**
 * What a query asks of the indices in scope, layout by layout.
 *
 * @param fields others that the answer is about
 * @throws QUERY_TOO_WIDE, and those of {@link readLayouts}
 */
export async function planQuery(
  connection: OpenSearchConnection,
  request: Filter,
  scope: Scope,
  now: number,
  fields: readonly string[] = [],
): Promise<EventQuery[]> {
  const indices = indicesOf(scope);
  if (indices === undefined) return [];
  const { query = { kind: 'all' }, range } = request;
  const fits = toPredicate(query, { now });
  const layouts = await readLayouts(connection, indices, [...fieldsOf(query), ...fields]);
  return layouts.map((one) => {
    try {
      const { may, sure } = toDsl(query, { now, layout: one.layout });
      const inRange = within(may, range);
      return { ...one, may: inRange, sure: may === sure ? inRange : within(sure, range), fits };
    } catch (error) {
      if (error instanceof TooManyFieldsError) throw errors.QUERY_TOO_WIDE({ problem: error.message });
      throw error;
    }
  });
}

/** The indices of a scope's classes, as they stand in a path; undefined where there are none. */
export function indicesOf({ dataClasses }: Scope): string | undefined {
  if (dataClasses === 'all') return eventIndices;
  // Other names are no class's, and could be patterns.
  const named = dataClasses.filter((name) => /^[a-z0-9_]+$/.test(name));
  return named.length === 0 ? undefined : named.map((name) => eventIndex(name, '*')).join(',');
}

/** Times that OpenSearch reads, epoch milliseconds. */
const earliest = -62_135_596_800_000;
const latest = 253_402_300_799_999;

function within(clause: JsonObject, { from, to }: TimeRange): JsonObject {
  const gte = Math.max(earliest, Math.ceil(from));
  const lt = Math.ceil(to) > latest ? undefined : Math.max(earliest, Math.ceil(to));
  const range = { '@timestamp': { gte, ...(lt !== undefined && { lt }), format: 'epoch_millis' } };
  return { bool: { filter: [{ range }, ...(clause.match_all === undefined ? [clause] : [])] } };
}

export const butNot = (clause: JsonObject, ...must_not: JsonObject[]): JsonObject => ({
  bool: { filter: [clause], must_not },
});

/** Order of events: time, id, index, since two indices may hold one id. */
export type EventKey = readonly [time: number, id: string, index: string];
export type EventHit = Hit<EcsEvent>;
export const keyOf = ({ sort }: EventHit): EventKey => sort as unknown as EventKey;

/** One page of hits in the order of time. */
export async function readHits(
  connection: OpenSearchConnection,
  indices: string,
  query: JsonObject,
  order: { readonly sort: 'newest' | 'oldest'; readonly size: number; readonly after?: EventKey | undefined },
): Promise<readonly EventHit[]> {
  const direction = order.sort === 'newest' ? 'desc' : 'asc';
  const answer = await searchIndices<EcsEvent>(
    connection,
    indices,
    {
      query,
      size: order.size,
      track_total_hits: false,
      sort: [
        { '@timestamp': { order: direction, unmapped_type: 'date' } },
        { 'event.id': { order: direction, unmapped_type: 'keyword' } },
        { _index: direction },
      ],
      ...(order.after && { search_after: [...order.after] }),
    },
    'searching events',
  );
  return answer.hits.hits;
}

/**
 * Reads the events that meet a clause one after the other, and hands on those that the query fits.
 *
 * @throws QUERY_TOO_WIDE where there are too many to be looked at
 */
export async function lookAtEach(
  connection: OpenSearchConnection,
  { indices, fits }: EventQuery,
  clause: JsonObject,
  onEvent: (event: EcsEvent) => void,
): Promise<void> {
  const { hits } = await searchIndices(
    connection,
    indices,
    { query: clause, size: 0, track_total_hits: mostLookedAt + 1 },
    'counting events',
  );
  const total = hits.total?.value ?? 0;
  if (total > mostLookedAt)
    throw errors.QUERY_TOO_WIDE({
      problem: `OpenSearch cannot answer this from its index, and more than ${mostLookedAt} events would have to be looked at. Ask about a shorter time, or narrow it by another field.`,
    });
  let after: EventKey | undefined;
  for (let seen = 0; seen < total; ) {
    const page = await readHits(connection, indices, clause, { sort: 'oldest', size: hitsOfRequest, after });
    const last = page.at(-1);
    if (last === undefined) return;
    for (const { _source } of page) if (fits(_source)) onEvent(_source);
    after = keyOf(last);
    seen += page.length;
  }
}
