import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type EcsEvent, isObject, isoTime, type Json } from '@tidewatch/event';
import { compileFeatures } from '@tidewatch/features';
import { type ManifestOf, manifestSchema, modelErrors, writeModelFolder } from '@tidewatch/models';
import { startModelWorker } from '@tidewatch/onnx';
import { formatIssues, validateYaml } from '@tidewatch/plugin';
import { parseKql, toPredicate } from '@tidewatch/query';
import { parseDocument } from 'yaml';
import { reasonOf, startErrors } from '../errors.ts';
import { workers } from '../server/workers.ts';
import { withKey } from './manifest_text.ts';
import { wholeModel } from './whole_model.ts';

export interface GoldenRequest {
  /** The model's folder: a manifest, whose hashes are not looked at, `card.md` and the model. */
  readonly model: string;
  /** Events as NDJSON; the first that the model is for are taken. */
  readonly events: string;
  /** Default 64. */
  readonly most?: number;
}

/**
 * Scores events with an ONNX model as the stream will, writes them down as what it must answer from now on, and the hashes of all its
 * files: the folder is whole then. What lies beside the model as another file is in it.
 *
 * Rejects with MODEL_REFUSED, FILE_UNREADABLE, or what `onnxErrors` says of the model.
 *
 * @returns how many events were taken
 */
export async function writeGolden({ model: folder, events, most = 64 }: GoldenRequest): Promise<number> {
  const { files, ...manifest } = await readDraft(folder);
  const bytes: Record<string, Buffer> = {};
  for (const name of ['card.md', manifest.onnx.file])
    bytes[name] = await readFile(join(folder, name)).catch((error) => {
      throw modelErrors.MODEL_REFUSED({ folder, file: name, reason: reasonOf(error) });
    });
  bytes[manifest.onnx.file] = await wholeModel(
    folder,
    manifest.onnx.file,
    bytes[manifest.onnx.file] as Buffer,
  );
  const chosen = await choose(events, manifest.events, most);
  if (chosen.length === 0)
    throw startErrors.FILE_UNREADABLE({ file: events, reason: 'it has no event that the model is for' });

  const encoder = compileFeatures(manifest.features);
  const rows = new Float32Array(chosen.length * encoder.width);
  for (const [i, event] of chosen.entries())
    encoder.encode(event, isoTime(event['@timestamp']), rows, i * encoder.width);
  const worker = startModelWorker(
    { manifest: { ...manifest, files }, files: new Map(Object.entries(bytes)) },
    workers.onnx,
  );
  try {
    const { scores } = await worker.score(rows, chosen.length);
    const lines = chosen.map((event, i) => `${JSON.stringify({ event, score: scores[i] })}\n`);
    await writeModelFolder(folder, manifest, { ...bytes, 'golden.ndjson': lines.join('') });
  } finally {
    await worker.close();
  }
  return chosen.length;
}

/** A manifest that has no hashes yet. */
async function readDraft(folder: string): Promise<ManifestOf<'onnx'>> {
  const refuse = (reason: string) => modelErrors.MODEL_REFUSED({ folder, file: 'manifest.yml', reason });
  const text = await readFile(join(folder, 'manifest.yml'), 'utf8').catch((error) => {
    throw refuse(reasonOf(error));
  });
  const read = validateYaml(
    parseDocument(text).has('files') ? text : withKey(text, 'files', {}),
    manifestSchema,
  );
  if (!read.ok) throw refuse(formatIssues(read.issues).trim());
  if (read.value.kind !== 'onnx') throw refuse('only models of kind onnx get their golden scores so');
  return read.value;
}

async function choose(file: string, filter: string, most: number): Promise<EcsEvent[]> {
  const parsed = parseKql(filter);
  if (!parsed.ok) throw startErrors.FILE_UNREADABLE({ file, reason: parsed.error.message });
  const wants = toPredicate(parsed.ast, { now: Date.now() });
  const chosen: EcsEvent[] = [];
  let line = 0;
  try {
    const input = createReadStream(file);
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      const value = JSON.parse(text) as Json;
      if (!isObject(value) || typeof value['@timestamp'] !== 'string') throw new Error('it is no event');
      if (wants(value as EcsEvent)) chosen.push(value as EcsEvent);
      if (chosen.length === most) break;
    }
    input.destroy();
  } catch (error) {
    throw startErrors.FILE_UNREADABLE({ file, reason: `line ${line}: ${reasonOf(error)}` });
  }
  return chosen;
}
