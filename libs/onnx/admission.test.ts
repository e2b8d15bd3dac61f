import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type ManifestOf, manifestSchema } from '@tidewatch/models';
import { describe, expect, it } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { admit, type OnnxFolder, onnxErrors } from './index.ts';
import { attribute, floats, linearModel, longs, node, subgraph, tensor, type WrittenGraph, writeOnnx } from './written_models.ts';

const program = bundled(new URL('./admission_process.ts', import.meta.url));
const options = { program, leastRowsPerSecond: 1 };
const weights = [0.5, -0.25];
const events = [10, 20, 400].map((bytes, i) => ({
  '@timestamp': `2026-05-04T10:00:0${i}.000Z`,
  source: { bytes },
  destination: { bytes: 2 * bytes },
}));
type Event = (typeof events)[number];
const rightScore = ({ source, destination }: Event): number =>
  1 / (1 + Math.exp(1 - 0.5 * Math.log1p(source.bytes) + 0.25 * Math.log1p(destination.bytes)));

type Onnx = ManifestOf<'onnx'>['onnx'];
interface Changes {
  readonly model?: Uint8Array;
  readonly onnx?: Partial<Onnx>;
  readonly features?: readonly object[];
  readonly scoreOf?: (event: Event) => number;
}

/** A folder as it is in memory after it was read. */
function folderOf({ model = linearModel(weights, -1), onnx = {}, features, scoreOf = rightScore }: Changes = {}): OnnxFolder {
  const golden = events.map((event) => `${JSON.stringify({ event, score: scoreOf(event) })}\n`).join('');
  const files = new Map([
    ['card.md', Buffer.from('# Bytes\n')],
    ['golden.ndjson', Buffer.from(golden)],
    ['model.onnx', Buffer.from(model)],
  ]);
  const manifest = manifestSchema.parse({
    name: 'odd-bytes',
    version: '1',
    kind: 'onnx',
    events: 'event.category: network',
    score: { meaning: 'odd from 0 to 1', threshold: 0.9, calibration: 'by quantiles', title: 'Odd bytes' },
    explanation: 'none',
    data: { class: 'scores', training: 'numbers of our own making' },
    author: 'alice',
    license: 'Apache-2.0',
    features: features ?? [
      { name: 'sent', field: 'source.bytes', encode: 'log' },
      { name: 'taken', field: 'destination.bytes', encode: 'log' },
    ],
    onnx: { file: 'model.onnx', input: 'rows', output: { name: 'score' }, ...onnx },
    files: Object.fromEntries([...files].map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')])),
  });
  return { manifest, files } as OnnxFolder;
}

it('admits a sound model', async () => {
  expect(await admit(folderOf(), options)).toMatchObject({
    facts: { operators: ['Add', 'MatMul', 'Sigmoid'], nodes: 3, parameters: 3, inputs: [{ name: 'rows', shape: [null, 2] }] },
    golden: { events: 3, difference: expect.closeTo(0, 5) },
    rowsPerSecond: expect.any(Number),
  });
});
