import type { EcsEvent, JsonObject } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { onOneLine } from '../page.ts';
import type { OpenSearchConnection } from './client.ts';
import { searchAs } from './read.ts';
import { cutAnswer } from './search_answer.ts';

/** Order of events: time, id, index, since two indices may hold one id. */
export type EventKey = readonly [time: number, id: string, index: string];

/** An event that was found. A page has a thousand, so they are small: what is asked of few is parsed when it is asked for. */
export class EventHit {
  /** On one line. */
  readonly json: string;
  private readonly sort: string;
  private readonly url: string;
  private parsed: EcsEvent | undefined;
  private place: EventKey | undefined;

  /** @param url of the cluster that it is from */
  constructor(sort: string, json: string, url: string) {
    this.sort = sort;
    this.json = json;
    this.url = url;
  }

  /** @throws OPENSEARCH_UNKNOWN */
  get key(): EventKey {
    this.place ??= this.parse<EventKey>(this.sort);
    return this.place;
  }

  /** @throws OPENSEARCH_UNKNOWN where another wrote what is no JSON */
  get event(): EcsEvent {
    this.parsed ??= this.parse<EcsEvent>(this.json);
    return this.parsed;
  }

  private parse<T>(json: string): T {
    try {
      return JSON.parse(json) as T;
    } catch {
      throw errors.OPENSEARCH_UNKNOWN({ url: this.url, problem: `the event at ${this.sort} is no JSON` });
    }
  }
}

/** One page of hits in the order of time. */
export async function readHits(
  connection: OpenSearchConnection,
  indices: string,
  query: JsonObject,
  order: { readonly sort: 'newest' | 'oldest'; readonly size: number; readonly after?: EventKey | undefined },
): Promise<readonly EventHit[]> {
  const direction = order.sort === 'newest' ? 'desc' : 'asc';
  const body = {
    query,
    size: order.size,
    track_total_hits: false,
    sort: [
      { '@timestamp': { order: direction, unmapped_type: 'date' } },
      { 'event.id': { order: direction, unmapped_type: 'keyword' } },
      { _index: direction },
    ],
    ...(order.after && { search_after: [...order.after] }),
  };
  const url = connection.config.nodes.join(', ');
  const { hits } = await searchAs(connection, indices, body, 'searching events', (bytes) =>
    cutAnswer(bytes, (sort, json) => new EventHit(sort, onOneLine(json), url)),
  );
  return hits;
}
