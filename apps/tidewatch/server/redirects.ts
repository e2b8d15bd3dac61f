import type { Log, Stream } from '@tidewatch/stream';
import type { Config } from '../config/schema.ts';
import { boundRetention, leftBehind } from './outputs.ts';

const prefix = 'redirects.';

export interface RedirectStreams {
  /** By the names that parsers know. */
  readonly redirects: ReadonlyMap<string, Stream>;
  /** Those, and what is left of earlier ones: its time to live goes on. */
  readonly streams: readonly Stream[];
}

/**
 * Opens the streams that parsers send events to.
 *
 * @param ttlMs the longest that any of them may keep anything, milliseconds
 */
export async function openRedirects(log: Log, config: Config, ttlMs: number): Promise<RedirectStreams> {
  const all = config.redirects;
  const opened = await Promise.all(
    all.map(async ({ name, retention }): Promise<[string, Stream]> => {
      const bound = boundRetention(config, retention, ttlMs, all.length);
      return [name, await log.open(`${prefix}${name}`, { retention: bound })];
    }),
  );
  const own = opened.map(([, stream]) => stream);
  return { redirects: new Map(opened), streams: [...own, ...(await leftBehind(log, config, prefix, own))] };
}
