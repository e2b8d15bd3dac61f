import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJson, TidewatchError } from '@tidewatch/event';
import { eventId } from '@tidewatch/event/ids';
import type { Acceptance, InputContext, RawRecord } from '@tidewatch/plugin';
import { createLogger, createMetrics } from '@tidewatch/telemetry';

export interface Taken {
  readonly source: string;
  readonly record: RawRecord;
  readonly text: string;
}

/** A pipeline that keeps what it is given, with ways to make it refuse, fail and wait. */
export interface Sink {
  readonly taken: Taken[];
  readonly calls: { readonly source: string; readonly size: number }[];
  readonly context: InputContext;
  readonly directory: string;
  readonly log: string[];
  /** Rejects this many calls with 429 before it takes again. */
  full: number;
  /** Rejects every call for this source with 429. */
  fullSource: string | undefined;
  refuses: ReadonlySet<string>;
  /** Records that each document turns out to hold. */
  holds: number;
  /** Awaited in each call. */
  gate: Promise<void>;
  /** Calls so far, those that still wait at the gate too. */
  asked: number;
  texts(): string[];
  until(count: number, ms?: number): Promise<void>;
  remove(): Promise<void>;
}

export const streamFull = (details: Record<string, unknown> = {}) =>
  new TidewatchError('STREAM_FULL', { status: 429, message: 'The stream is full.' }, details);

export async function createSink(): Promise<Sink> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-inputs-'));
  const log: string[] = [];
  const sink: Sink = {
    taken: [],
    calls: [],
    directory,
    log,
    full: 0,
    fullSource: undefined,
    refuses: new Set(),
    holds: 1,
    gate: Promise.resolve(),
    asked: 0,
    context: {
      name: 'test',
      metrics: createMetrics({ process: false }),
      directory,
      log: createLogger({ level: 'debug', destination: { write: (line) => void log.push(line) } }),
      async accept(source, records) {
        sink.asked++;
        await sink.gate;
        if (sink.full > 0) {
          sink.full--;
          throw streamFull({ retryAfter: 7 });
        }
        if (source === sink.fullSource) throw streamFull();
        sink.calls.push({ source, size: records.length });
        return records.map((record) => answer(source, record));
      },
    },
    texts: () => sink.taken.map(({ text }) => text),
    until: (count, ms = 5_000) =>
      waitFor(
        () => sink.taken.length >= count,
        ms,
        () => `${sink.taken.length} of ${count} records`,
      ),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
  return sink;

  function answer(source: string, record: RawRecord): Acceptance {
    if (sink.refuses.has(source))
      return { status: 'refused', reason: 'no_use_case', message: `Nobody approved ${source}.` };
    const text = Buffer.from(record.bytes).toString();
    sink.taken.push({ source, record, text });
    const id = eventId(record.position);
    const parsed = record.format === 'json' ? parseJson(text) : { ok: true as const };
    if (parsed.ok) return { status: 'accepted', id, ...(sink.holds > 1 && { records: sink.holds }) };
    return { status: 'dead_letter', id, reason: parsed.reason, message: parsed.message };
  }
}

export async function waitFor(
  holds: () => boolean | Promise<boolean>,
  ms = 15_000,
  state: () => string = () => 'it never held',
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`After ${ms} ms: ${state()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
