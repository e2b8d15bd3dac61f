import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModelFolder, signModelFolder, writeModelFolder } from '@tidewatch/models';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { flowScores, flows, writtenFolder } from '../../../libs/onnx/written_folder.ts';
import { modelWithDataIn } from '../../../libs/onnx/written_models.ts';
import { asOneFile } from './client.ts';
import { writeGolden } from './golden.ts';

/** Those of the linear model whose scores are known. */
const weights = Buffer.from(Float32Array.of(0.5, -0.25).buffer);
let folder: string;
let made: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-whole-'));
  made = join(folder, 'made');
  const { manifest, files } = writtenFolder({ model: modelWithDataIn('model.onnx.data') });
  const { files: _, ...draft } = manifest;
  await writeModelFolder(folder, draft, Object.fromEntries(files));
  await writeFile(join(folder, 'model.onnx.data'), weights);
});
afterEach(() => rm(folder, { recursive: true }));

it('hands over a model whose data lie beside it as one file, and one that is signed as it is', async () => {
  const { from, manifest } = await asOneFile(folder, made);
  expect(from).toBe(made);
  expect(Object.keys(manifest.files).sort()).toEqual(['card.md', 'golden.ndjson', 'model.onnx']);
  expect((await readModelFolder(made)).files.get('model.onnx')?.includes(weights)).toBe(true);
  const { privateKey } = generateKeyPairSync('ed25519');
  await signModelFolder(folder, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  expect((await asOneFile(folder, made)).from).toBe(folder);
});

it('writes golden scores of such a model, whose manifest is a line of JSON, and the model as one file', async () => {
  const draft = join(folder, 'manifest.yml');
  const { files: _, ...manifest } = parse(await readFile(draft, 'utf8'));
  await writeFile(draft, JSON.stringify(manifest));
  const events = join(folder, 'events.ndjson');
  await writeFile(
    events,
    flows.map((event) => `${JSON.stringify({ ...event, event: { category: ['network'] } })}\n`).join(''),
  );
  expect(await writeGolden({ model: folder, events })).toBe(3);
  await rm(join(folder, 'model.onnx.data'));
  const { files } = await readModelFolder(folder);
  const scores = `${files.get('golden.ndjson')}`
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).score);
  expect(scores).toEqual(flowScores.map((score) => expect.closeTo(score, 5)));
  expect(files.get('model.onnx')?.includes(weights)).toBe(true);
});
