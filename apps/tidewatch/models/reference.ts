import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { compileFeatures } from '@tidewatch/features';
import { modelErrors, type Reference, readTrainingManifest } from '@tidewatch/models';
import { toPredicate } from '@tidewatch/query';
import { createReferenceWriter } from '@tidewatch/scorer';
import { Document, isCollection, isMap, isNode, isScalar, parseDocument } from 'yaml';
import { startErrors } from '../errors.ts';
import { fileEvents } from '../features/file_events.ts';

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
  let rows = new Float32Array(batchSize * encoder.width);
  let [count, filled] = [0, 0];
  for await (const { event, time } of fileEvents(events, encoder.hasWindows)) {
    if (!wants(event as EcsEvent)) continue;
    encoder.encode(event as EcsEvent, time, rows, filled++ * encoder.width);
    count++;
    if (filled < batchSize) continue;
    writer.add(rows);
    rows = new Float32Array(rows.length);
    filled = 0;
  }
  if (count === 0)
    throw startErrors.FILE_UNREADABLE({ file: events, reason: 'it has no event that the model is for' });
  writer.add(rows.subarray(0, filled * encoder.width));
  await writeInto(folder, writer.reference());
  return count;
}

async function writeInto(folder: string, reference: Readonly<Record<string, Reference>>): Promise<void> {
  const file = join(folder, 'manifest.yml');
  const text = await readFile(file, 'utf8');
  const document = parseDocument(text);
  const refuse = (reason: string) => modelErrors.MODEL_REFUSED({ folder, file: 'manifest.yml', reason });
  if (document.get('kind') !== 'onnx') throw refuse('only models of kind onnx have a reference');
  const before = isMap(document.contents)
    ? document.contents.items.find(({ key }) => isScalar(key) && key.value === 'reference')
    : undefined;
  const [from, to] = [rangeOf(before?.key)?.[0], rangeOf(before?.value)?.[2]];
  const rest = from === undefined || to === undefined ? text : text.slice(0, from) + text.slice(to);
  const part = `${file}.part`;
  try {
    await writeFile(part, `${rest.trimEnd()}\n${textOf(reference)}`);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

const rangeOf = (node: unknown) => (isNode(node) ? node.range : undefined);

/** A line for each feature. */
function textOf(reference: Readonly<Record<string, Reference>>): string {
  const document = new Document({ reference });
  for (const name of Object.keys(reference)) {
    const node = document.getIn(['reference', name]);
    if (isCollection(node)) node.flow = true;
  }
  return document.toString({ lineWidth: 0 });
}
