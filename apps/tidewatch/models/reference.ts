import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { compileFeatures, longestWindow } from '@tidewatch/features';
import { type Reference, readTrainingManifest } from '@tidewatch/models';
import { toPredicate } from '@tidewatch/query';
import { createReferenceWriter } from '@tidewatch/scorer';
import { startErrors } from '../errors.ts';
import { fileEvents } from '../features/file_events.ts';
import { withKey } from './manifest_text.ts';

const batchSize = 1_024;

/**
 * Writes into a model's manifest what its features were in training, as the scorer computes them; all else stays as it is there. What
 * signed the folder does no more.
 *
 * Rejects with MODEL_REFUSED or FILE_UNREADABLE.
 *
 * @param events those that it was trained on, as NDJSON
 * @returns how many of them the model is for
 */
export async function writeReference(folder: string, events: string): Promise<number> {
  const { features, query } = await readTrainingManifest(folder);
  const encoder = compileFeatures(features);
  const wants = toPredicate(query, { now: Date.now() });
  const writer = createReferenceWriter(features, encoder.columns);
  const rows = new Float32Array(batchSize * encoder.width);
  const longest = longestWindow(features);
  let [count, filled] = [0, 0];
  let [first, begun] = [0, 0];
  const flush = () => {
    writer.add(rows.subarray(0, filled * encoder.width), begun);
    filled = 0;
  };
  for await (const { event, time } of fileEvents(events, encoder.hasWindows)) {
    if (!wants(event as EcsEvent)) continue;
    if (count++ === 0) first = time;
    // Only where nothing looks back they need not be in order.
    const age = Math.max(0, time - first);
    if (filled === batchSize || (begun < longest && age >= longest)) flush();
    if (filled === 0) begun = age;
    encoder.encode(event as EcsEvent, time, rows, filled++ * encoder.width);
  }
  if (count === 0)
    throw startErrors.FILE_UNREADABLE({ file: events, reason: 'it has no event that the model is for' });
  flush();
  await writeInto(folder, writer.reference());
  return count;
}

async function writeInto(folder: string, reference: Readonly<Record<string, Reference>>): Promise<void> {
  const file = join(folder, 'manifest.yml');
  const part = `${file}.part`;
  const text = await readFile(file, 'utf8');
  try {
    await writeFile(part, withKey(text, 'reference', reference));
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}
