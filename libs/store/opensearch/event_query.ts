import { setImmediate as othersTurn } from 'node:timers/promises';
import type { EcsEvent, JsonObject } from '@tidewatch/event';
import {
  type DslBounds,
  type DslLayout,
  TooManyConditionsError,
  TooManyFieldsError,
  toDsl,
  toPredicate,
} from '@tidewatch/query';
import type { Scope, SearchRequest, TimeRange } from '../contract.ts';
import { errors } from '../errors.ts';
import type { OpenSearchConnection } from './client.ts';
import { type EventHit, type EventKey, readHits } from './event_hits.ts';
import { fieldsOf, readLayouts } from './index_layout.ts';
import { eventIndex, eventIndices } from './index_name.ts';
import { searchIndices } from './read.ts';
import { unmappedMark } from './unmapped.ts';

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
const hitsOfRequest = 1_000;
/** Asked for at first: how long events are shows how many more are to come at once. */
const firstHits = 32;
/** So many characters of events are read at once, some 10 ms of work. */
const charactersOfRequest = 1024 ** 2;
/** The predicate works so long before others get a turn, and so long in all, milliseconds. */
const turnMs = 10;
const longestMs = 25_000;

/** How many events to ask for next, so that they come to some 1 MiB. */
export function createReadingPace() {
  let [events, characters] = [0, 0];
  return {
    size: (most: number): number =>
      Math.min(
        most,
        hitsOfRequest,
        events === 0 ? firstHits : Math.ceil((charactersOfRequest * events) / Math.max(1, characters)),
      ),
    read(hits: readonly EventHit[]): number {
      const more = hits.reduce((sum, { json }) => sum + json.length, 0);
      events += hits.length;
      characters += more;
      return more;
    },
  };
}

/** Takes turns with others while it tries events one by one. @throws QUERY_TIMED_OUT */
export function createTrial(fits: (event: EcsEvent) => boolean) {
  const deadline = performance.now() + longestMs;
  return async (hits: readonly EventHit[]): Promise<EventHit[]> => {
    const fitting: EventHit[] = [];
    let since = performance.now();
    for (const hit of hits) {
      if (fits(hit.event)) fitting.push(hit);
      const now = performance.now();
      if (now > deadline) throw errors.QUERY_TIMED_OUT({ what: 'looking at events' });
      if (now - since < turnMs) continue;
      await othersTurn();
      since = performance.now();
    }
    return fitting;
  };
}

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
  // All events are all events, however they are mapped.
  const named =
    query.kind === 'all' && fields.length === 0 ? [] : [...fieldsOf(query), ...fields, unmappedMark];
  const layouts = await readLayouts(connection, indices, named);
  return layouts.map((one) => {
    try {
      const { may, sure } = toDsl(query, { now, layout: one.layout });
      const inRange = within(may, range);
      return { ...one, may: inRange, sure: may === sure ? inRange : within(sure, range), fits };
    } catch (error) {
      if (error instanceof TooManyFieldsError || error instanceof TooManyConditionsError)
        throw errors.QUERY_TOO_WIDE({ problem: error.message });
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
  const pace = createReadingPace();
  const trial = createTrial(fits);
  let after: EventKey | undefined;
  for (let seen = 0; seen < total; ) {
    const size = pace.size(hitsOfRequest);
    const page = await readHits(connection, indices, clause, { sort: 'oldest', size, after });
    const last = page.at(-1);
    if (last === undefined) return;
    pace.read(page);
    for (const { event } of await trial(page)) onEvent(event);
    after = last.key;
    seen += page.length;
  }
}
