import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ManifestOf, manifestSchema } from '@tidewatch/models';
import { startModelWorker } from '@tidewatch/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { wheelProgram } from '../services/install.mjs';

const count = 500;
const width = 12;

/** Where skl2onnx puts the decision: of classifiers the second column speaks for the second class. */
const outputs = {
  linear: { name: 'probabilities', column: 1 },
  kernel: { name: 'probabilities', column: 1 },
  kernel_of_shares: { name: 'probabilities', column: 1 },
  one_class: { name: 'scores' },
  polynomial: { name: 'decisions' },
  polynomial_of_shares: { name: 'decisions' },
} as const;

describe.runIf(has('python'))('vector machines of scikit-learn, behind a scaler', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidewatch-machines-'));
    execFileSync(wheelProgram('python'), [join(import.meta.dirname, 'machines.py'), folder], {
      stdio: 'pipe',
    });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(Object.entries(outputs))('%s says what it said there', async (name, output) => {
    const read = (file: string) => new Uint8Array(readFileSync(join(folder, file))).buffer;
    const decisions = new Float64Array(read(`${name}.f64`));
    const model = startModelWorker(
      { manifest: manifestOf(output), files: new Map([['model.onnx', Buffer.from(read(`${name}.onnx`))]]) },
      new URL('../../libs/onnx/model_thread.ts', import.meta.url),
    );
    try {
      const { scores } = await model.score(new Float32Array(read('rows.f32')), count);
      const expected = [...decisions].map((decision) => 1 / (1 + Math.exp(-decision)));
      const apart = expected.map((score, i) => Math.abs(score - (scores[i] as number)));
      expect(Math.max(...apart)).toBeLessThanOrEqual(1e-4);
      const sides = [...scores].map((score) => score > 0.5);
      expect(sides).toEqual([...decisions].map((decision) => decision > 0));
      expect(new Set(sides).size).toBe(2);
    } finally {
      await model.close();
    }
  });
});

const manifestOf = (output: { readonly name: string; readonly column?: number }): ManifestOf<'onnx'> =>
  manifestSchema.parse({
    name: 'foreign',
    version: '1',
    kind: 'onnx',
    events: 'event.category: process',
    score: { title: 'Odd', meaning: 'odd', threshold: 0.5, calibration: 'none' },
    explanation: 'none',
    data: { class: 'scores', training: 'random rows' },
    author: 'alice',
    license: 'Apache-2.0',
    features: Array.from({ length: width }, (_, i) => ({
      name: `f${i}`,
      field: `labels.f${i}`,
      encode: 'number',
    })),
    onnx: { file: 'model.onnx', input: 'X', output, scale: 'logistic' },
    files: {},
  }) as ManifestOf<'onnx'>;
