import type { EcsEvent, JsonObject } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { onOneLine } from '../page.ts';
import type { OpenSearchConnection } from './client.ts';
import { searchAs } from './read.ts';
import { cutAnswer } from './search_answer.ts';

/** Order of events: time, id, index, since two indices may hold one id. */
export type EventKey = readonly [time: number, id: string, index: string];

export interface EventHit {
  readonly key: EventKey;
  /** On one line. */
  readonly json: string;
  /** Parsed when it is asked for first. @throws OPENSEARCH_UNKNOWN where another wrote what is no JSON */
  readonly event: EcsEvent;
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
  const { hits } = await searchAs(connection, indices, body, 'searching events', cutAnswer);
  return hits.map(({ sort, json }) => hitOf(connection, sort as unknown as EventKey, onOneLine(json)));
}

function hitOf({ config }: OpenSearchConnection, key: EventKey, json: string): EventHit {
  let event: EcsEvent | undefined;
  return {
    key,
    json,
    get event() {
      event ??= parsed();
      return event;
    },
  };

  function parsed(): EcsEvent {
    try {
      return JSON.parse(json) as EcsEvent;
    } catch {
      const problem = `the event ${key[1]} in ${key[2]} is no JSON`;
      throw errors.OPENSEARCH_UNKNOWN({ url: config.nodes.join(', '), problem });
    }
  }
}
