import { type Alert, type AlertRow, type Engine, engines, type JsonObject } from '@tidewatch/event';
import { alertChangeIndex } from './alert_index.ts';
import type { OpenSearchConnection } from './client.ts';
import { readMany } from './read_many.ts';
import { request } from './request.ts';

/** Up to when alerts are confirmed, by engine, epoch milliseconds. */
export type Watermarks = ReadonlyMap<Engine, number>;

const what = 'what is confirmed of alerts';
const pathOf = (engine: Engine): string => `/${alertChangeIndex}/_doc/confirmed-${engine}`;
/** What others wrote shows within a second. */
const rememberedMs = 1_000;

/**
 * What is confirmed is one number per engine rather than a field of each alert, so that it costs the same for one alert as
 * for all of them. An alert's own field holds what is more than that: amended, withdrawn, or said by a correlation.
 */
export const finalityBy = (
  finality: Alert['finality'],
  { detector, bucket }: Pick<AlertRow, 'detector' | 'bucket'>,
  confirmed: Watermarks,
): Alert['finality'] =>
  finality === 'provisional' && bucket.end <= (confirmed.get(detector.engine) ?? 0) ? 'confirmed' : finality;

/** The alerts that a new watermark confirms. */
export const confirmedBetween = (engine: Engine, before: number, now: number): JsonObject => ({
  bool: {
    filter: [
      { term: { 'tidewatch_alert.finality': 'provisional' } },
      { term: { engine } },
      { range: { 'tidewatch_alert.bucket_end': { gt: before, lte: now } } },
    ],
  },
});

export function createWatermarks(connection: OpenSearchConnection) {
  let known: { readonly confirmed: Map<Engine, number>; readonly at: number } | undefined;

  async function read(): Promise<Map<Engine, number>> {
    const idOf = (engine: Engine): string => `confirmed-${engine}`;
    const found = await readMany<{ readonly _source: { readonly upTo: number } }>(
      connection,
      alertChangeIndex,
      engines.map(idOf),
      what,
    );
    const upTo = new Map(found.map(({ _id, _source }) => [_id, _source.upTo]));
    return new Map(
      engines.flatMap((engine) => {
        const one = upTo.get(idOf(engine));
        return one === undefined ? [] : [[engine, one] as const];
      }),
    );
  }

  return {
    async get(): Promise<Watermarks> {
      if (known === undefined || performance.now() - known.at > rememberedMs)
        known = { confirmed: await read(), at: performance.now() };
      return known.confirmed;
    },

    /** Raises a watermark, and answers the one before; undefined where it is no higher. */
    async raise(engine: Engine, watermark: number): Promise<number | undefined> {
      const upTo = Math.min(Math.floor(watermark), Number.MAX_SAFE_INTEGER);
      const before = (await read()).get(engine) ?? 0;
      if (!(upTo > before)) return undefined;
      // Whoever comes with a lower one, or the same, finds a newer version (409).
      const querystring = { version: upTo, version_type: 'external' };
      const params = { method: 'PUT', path: pathOf(engine), querystring, body: { upTo } };
      await request(connection, params, what, [409]);
      known = undefined;
      return before;
    },
  };
}
