import type { EcsEvent } from '@tidewatch/event';
import { compileFeatures, fieldsOf, longestWindow } from '@tidewatch/features';
import { readTrainingManifest } from '@tidewatch/models';
import { type EventPredicate, toPredicate } from '@tidewatch/query';
import { fileEvents, type TimedEvent } from './file_events.ts';
import { createRowFile, type FeatureRows, type RowFormat } from './row_file.ts';
import { serverEvents } from './server_events.ts';

export interface FeaturesRequest {
  /** The model's folder; its manifest needs no more than its events and features. */
  readonly model: string;
  readonly output: string;
  readonly format: RowFormat;
  readonly from: From;
}

/** Where events come from. Times are epoch milliseconds. */
export type From =
  | { readonly file: string; readonly since?: number }
  | { readonly data: string; readonly since: number; readonly purpose: string };

export interface ExportSummary {
  readonly rows: number;
  readonly columns: number;
  readonly labels: { readonly attack: number; readonly none: number };
  /** Entities that windows had no room for; their rows are not those of the stream. */
  readonly dropped: number;
}

const batchSize = 1_024;
const sayEveryMs = 5_000;

/**
 * Writes what a model is shown of events, one row each, as the scorer computes it.
 *
 * Windows begin before the first row, so that it tells of a whole one, as far as there are events.
 *
 * @throws MODEL_REFUSED for a manifest without events or features; as {@link fileEvents}, {@link serverEvents} and
 * {@link createRowFile} do
 */
export async function exportFeatures(
  { model, output, format, from }: FeaturesRequest,
  say: (text: string) => void,
): Promise<ExportSummary> {
  const manifest = await readTrainingManifest(model);
  const encoder = compileFeatures(manifest.features);
  const fits: EventPredicate = 'file' in from ? toPredicate(manifest.query, { now: Date.now() }) : () => true;
  const fields = fieldsOf(manifest.features);
  const events =
    'file' in from
      ? fileEvents(from.file, encoder.hasWindows)
      : serverEvents(from.data, {
          q: `(${manifest.events}) and not event.dataset: "tidewatch.scores"`,
          from: String(from.since - longestWindow(manifest.features)),
          purpose: from.purpose,
          ...(fields === undefined ? {} : { fields: [...fields] }),
        });
  const since = from.since ?? Number.NEGATIVE_INFINITY;
  const file = await createRowFile(
    output,
    format,
    encoder.columns.map(({ name }) => name),
  );
  const summary = { rows: 0, attack: 0, none: 0 };
  let said = Date.now();
  try {
    for await (const batch of batchesOf(events)) {
      await file.write(rowsOf(batch.filter(({ event }) => fits(event))));
      if (Date.now() - said < sayEveryMs) continue;
      said = Date.now();
      say(`${summary.rows} rows …`);
    }
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
  const { rows, ...labels } = summary;
  return { rows, columns: encoder.width, labels, dropped: encoder.losses.dropped };

  function rowsOf(batch: readonly TimedEvent[]): FeatureRows {
    const values = new Float32Array((batch.length + 1) * encoder.width);
    const told: TimedEvent[] = [];
    for (const timed of batch) {
      encoder.encode(timed.event as EcsEvent, timed.time, values, told.length * encoder.width);
      if (timed.time >= since) told.push(timed);
      if (timed.time >= since && timed.label !== null) summary[timed.label === 1 ? 'attack' : 'none']++;
    }
    summary.rows += told.length;
    return {
      count: told.length,
      ids: told.map(({ event }) => idOf(event as EcsEvent)),
      times: told.map(({ time }) => time),
      labels: told.map(({ label }) => label),
      values,
    };
  }
}

const idOf = ({ event }: Partial<EcsEvent>): string | null =>
  typeof event?.id === 'string' ? event.id : null;

async function* batchesOf(events: AsyncIterable<TimedEvent>): AsyncGenerator<readonly TimedEvent[]> {
  let batch: TimedEvent[] = [];
  for await (const event of events) {
    batch.push(event);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
