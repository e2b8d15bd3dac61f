import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Output } from '@tidewatch/detector';
import type { Log, OpenOptions, Stream } from '@tidewatch/stream';
import type { Config } from '../config/schema.ts';

const prefix = 'outputs.';
/** So much of the log's disk budget all streams of one kind together may take. */
const shareOfBudget = 1 / 4;

export interface OutputStreams {
  readonly outputs: readonly Output[];
  /** Those of outputs, and what is left of earlier ones: its time to live goes on. */
  readonly streams: readonly Stream[];
}

export const noOutputs: OutputStreams = { outputs: [], streams: [] };

/**
 * Opens the streams that matches are written to.
 *
 * @param ttlMs the longest that any of them may keep anything, milliseconds
 */
export async function openOutputs(log: Log, config: Config, ttlMs: number): Promise<OutputStreams> {
  const outputs = await Promise.all(
    config.outputs.map(async ({ name, select, retention }): Promise<Output> => {
      const bound = boundRetention(config, retention, ttlMs, config.outputs.length);
      const stream = await log.open(`${prefix}${name}`, { retention: bound });
      return { name, stream, ...(select === undefined ? {} : { select }) };
    }),
  );
  const left = await leftBehind(
    log,
    config,
    prefix,
    outputs.map(({ stream }) => stream),
  );
  return { outputs, streams: [...outputs.map(({ stream }) => stream), ...left] };
}

/**
 * How long a stream beside the events keeps what came.
 *
 * @param beside how many streams of its kind share a quarter of the budget
 */
export function boundRetention(
  { stream: { kafka, budget } }: Config,
  { time, size }: Config['outputs'][number]['retention'],
  ttlMs: number,
  beside: number,
): NonNullable<OpenOptions['retention']> {
  // Nobody in this process reads them, so nothing else would keep them from using up what senders need.
  const most = kafka === undefined ? (budget * shareOfBudget) / beside : Number.POSITIVE_INFINITY;
  const bytes = Math.min(size ?? Number.POSITIVE_INFINITY, most);
  return {
    // Kafka keeps the promise by itself: also for a topic that is configured no more.
    ...(kafka === undefined ? {} : { hard: true, ms: ttlMs }),
    ...(time === undefined ? {} : { ms: Math.min(time, ttlMs) }),
    ...(Number.isFinite(bytes) ? { bytes } : {}),
  };
}

/** Streams of earlier configurations, whose time to live goes on. */
export async function leftBehind(
  log: Log,
  { data, stream }: Config,
  prefix: string,
  streams: readonly Stream[],
): Promise<readonly Stream[]> {
  if (stream.kafka !== undefined) return [];
  const known = new Set(streams.map(({ name }) => name));
  const names = await readdir(join(data, 'streams')).catch(() => []);
  const left = names.filter((name) => name.startsWith(prefix) && !known.has(name));
  return Promise.all(left.map((name) => log.open(name)));
}
