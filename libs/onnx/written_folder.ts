/** Folders of small ONNX models, as they are in memory after they were read: for tests and benches. */
import { createHash } from 'node:crypto';
import { type ManifestOf, manifestSchema } from '@tidewatch/models';
import type { OnnxFolder } from './model_worker.ts';
import { linearModel } from './written_models.ts';

export interface Written {
  readonly model?: Uint8Array;
  /** Keys of the manifest's `onnx` that differ from those of {@link linearModel}. */
  readonly onnx?: Partial<ManifestOf<'onnx'>['onnx']>;
  readonly features?: readonly object[];
  readonly golden?: readonly { readonly event: object; readonly score: number }[];
}

/** Bytes of a flow: 10 sent and 20 received, and so on. */
export const flows = [10, 20, 400].map((bytes, i) => ({
  '@timestamp': `2026-05-04T10:00:0${i}.000Z`,
  source: { bytes },
  destination: { bytes: 2 * bytes },
}));
const [weights, bias] = [[0.5, -0.25], -1] as const;
/** What the linear model of {@link writtenFolder} answers to each flow. */
export const flowScores = flows.map(({ source, destination }) => {
  const raw = weights[0] * Math.log1p(source.bytes) + weights[1] * Math.log1p(destination.bytes) + bias;
  return 1 / (1 + Math.exp(-raw));
});
export const flowFeatures = [
  { name: 'sent', field: 'source.bytes', encode: 'log' },
  { name: 'received', field: 'destination.bytes', encode: 'log' },
];

/** A sound folder, but for what is told. */
export function writtenFolder({
  model = linearModel(weights, bias),
  onnx = {},
  features = flowFeatures,
  golden = flows.map((event, i) => ({ event, score: flowScores[i] as number })),
}: Written = {}): OnnxFolder {
  const files = new Map([
    ['card.md', Buffer.from('# Flows\n')],
    ['golden.ndjson', Buffer.from(golden.map((line) => `${JSON.stringify(line)}\n`).join(''))],
    ['model.onnx', Buffer.from(model)],
  ]);
  const manifest = manifestSchema.parse({
    name: 'odd-flows',
    version: '1',
    kind: 'onnx',
    events: 'event.category: network',
    score: { meaning: 'odd from 0 to 1', threshold: 0.9, calibration: 'by quantiles', title: 'Odd flow' },
    explanation: 'none',
    data: { class: 'scores', training: 'numbers of our own making' },
    author: 'alice',
    license: 'Apache-2.0',
    features,
    onnx: { file: 'model.onnx', input: 'rows', output: { name: 'score' }, ...onnx },
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
    ),
  });
  return { manifest, files } as OnnxFolder;
}
