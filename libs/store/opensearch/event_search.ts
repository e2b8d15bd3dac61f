import { compareCodePoints } from '@tidewatch/query';
import type { Page, Scope, SearchRequest } from '../contract.ts';
import { decodeToken, encodeToken, fitting, pageCharacters } from '../page.ts';
import type { OpenSearchConnection } from './client.ts';
import { type EventHit, type EventKey, readHits } from './event_hits.ts';
import { createReadingPace, createTrial, type EventQuery, mostLookedAt, planQuery } from './event_query.ts';

/** What was found in indices of one layout. */
interface Found {
  readonly hits: readonly EventHit[];
  /** How far was looked; undefined where nothing is left or enough was found. */
  readonly reached: EventKey | undefined;
}

/**
 * One page, by what stands after the last event of the page before. A query that the index cannot answer is tried on event
 * after event; where that takes too long, a page ends early and the next goes on from there.
 *
 * @param itemOf what the page has of an event
 */
export async function searchEvents<Item>(
  connection: OpenSearchConnection,
  request: SearchRequest,
  scope: Scope,
  now: number,
  itemOf: (hit: EventHit) => Item,
): Promise<Page<Item>> {
  const { sort, limit } = request;
  const after =
    request.after === undefined
      ? undefined
      : (decodeToken(request.after, ['number', 'string', 'string']) as unknown as EventKey);
  const compare = (a: EventKey, b: EventKey): number => {
    const order = a[0] - b[0] || compareCodePoints(a[1], b[1]) || compareCodePoints(a[2], b[2]);
    return sort === 'newest' ? -order : order;
  };
  const plan = await planQuery(connection, request, scope, now);
  const found = await Promise.all(plan.map((query) => find(connection, query, sort, limit + 1, after)));
  const reached = found.flatMap((one) => (one.reached === undefined ? [] : [one.reached])).sort(compare)[0];
  const hits = inOrder(found, compare, reached);
  const count = fitting(
    hits.map(({ json }) => json.length),
    limit,
  );
  const items = hits.slice(0, count).map(itemOf);
  const last = hits[count - 1];
  const next = hits.length > count && last !== undefined ? last.key : reached;
  return next === undefined ? { items } : { items, next: encodeToken(next) };
}

/** The hits of all, as far as all have looked. */
function inOrder(
  found: readonly Found[],
  compare: (a: EventKey, b: EventKey) => number,
  reached: EventKey | undefined,
): readonly EventHit[] {
  const [first, ...more] = found;
  if (first !== undefined && more.length === 0) return first.hits;
  return found
    .flatMap((one) => one.hits)
    .filter((hit) => reached === undefined || compare(hit.key, reached) <= 0)
    .sort((a, b) => compare(a.key, b.key));
}

async function find(
  connection: OpenSearchConnection,
  { indices, may, sure, fits }: EventQuery,
  sort: 'newest' | 'oldest',
  wanted: number,
  start: EventKey | undefined,
): Promise<Found> {
  const exact = may === sure;
  const pace = createReadingPace();
  const trial = createTrial(fits);
  const hits: EventHit[] = [];
  let after = start;
  for (let [seen, characters] = [0, 0]; seen < mostLookedAt && characters < pageCharacters; ) {
    const size = pace.size(exact ? wanted - hits.length : 2 * wanted + seen);
    const page = await readHits(connection, indices, may, { sort, size, after });
    const read = pace.read(page);
    const found = exact ? page : await trial(page);
    if (found.length > 0) characters += read * (found.length / page.length);
    hits.push(...found);
    const last = page.at(-1);
    if (hits.length >= wanted || page.length < size || last === undefined)
      return { hits: hits.slice(0, wanted), reached: undefined };
    after = last.key;
    seen += page.length;
  }
  return { hits, reached: after };
}
