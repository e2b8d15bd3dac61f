import { isTidewatchError, type OnnxExplanation } from '@tidewatch/event';
import { compileFeatures, type FeatureEncoder, type Spoken } from '@tidewatch/features';
import {
  largestBatch,
  type ModelWorker,
  type OnnxFolder,
  type RowScores,
  type StartModelThread,
  startModelWorker,
} from '@tidewatch/onnx';
import type { Candidate, Judged, Model } from './model.ts';

/** So many rows of a batch may have no score before the whole batch has none: each is asked for on its own. */
const oddRows = 8;
const shownFeatures = 20;

/**
 * Opens an ONNX model with a thread of its own. What windowed features remember is kept by partition. A thread that ends in the
 * middle of a batch is started again once, and asked for the same rows, so that nothing is lost with it.
 */
export async function openOnnxModel(folder: OnnxFolder, startThread: StartModelThread): Promise<Model> {
  const { manifest } = folder;
  const { features } = manifest;
  const fresh = () => compileFeatures(features);
  const shape = fresh();
  const encoders = new Map<number, FeatureEncoder>();
  let worker: ModelWorker | undefined = startModelWorker(folder, startThread);
  let closed = false;
  await worker.ready().catch(async (error: Error) => {
    await end();
    throw error;
  });

  function encoderOf(partition: number): FeatureEncoder {
    if (!shape.hasWindows) return shape;
    const encoder = encoders.get(partition) ?? fresh();
    encoders.set(partition, encoder);
    return encoder;
  }

  async function end(ending = worker): Promise<void> {
    if (ending === worker) worker = undefined;
    await ending?.close();
  }

  async function askOnce(rows: Float32Array, count: number): Promise<RowScores> {
    worker ??= startModelWorker(folder, startThread);
    const asked = worker;
    try {
      return await asked.score(rows, count);
    } catch (error) {
      if (isTidewatchError(error, 'ONNX_TIME') || isTidewatchError(error, 'ONNX_ENDED')) await end(asked);
      throw error;
    }
  }

  const ask = (rows: Float32Array, count: number): Promise<RowScores> =>
    askOnce(rows, count).catch((error: Error) => {
      if (closed || !isTidewatchError(error, 'ONNX_ENDED')) throw error;
      return askOnce(rows, count);
    });

  /** Rows without a score are NaN. */
  async function askRows(rows: Float32Array, count: number): Promise<RowScores> {
    let asked = rows;
    const odd: number[] = [];
    for (;;)
      try {
        const scored = await ask(asked, count);
        for (const row of odd) scored.scores[row] = Number.NaN;
        return scored;
      } catch (error) {
        const row = rowOf(error);
        if (row === undefined || odd.length === oddRows || odd.includes(row)) throw error;
        odd.push(row);
        if (odd.length === 1) asked = rows.slice();
        const other = odd.includes(0) ? odd.length % count : 0;
        asked.copyWithin(row * shape.width, other * shape.width, (other + 1) * shape.width);
      }
  }

  async function score(
    partition: number,
    events: readonly Candidate[],
    seen?: (rows: Float32Array) => void,
  ): Promise<Judged[]> {
    const encoder = encoderOf(partition);
    const { width } = encoder;
    const rows = new Float32Array(events.length * width);
    for (const [i, { event, time }] of events.entries()) encoder.encode(event, time, rows, i * width);
    seen?.(rows);
    // What is asked at once goes to the thread at once.
    const parts: Promise<RowScores>[] = [];
    for (let start = 0; start < events.length; start += largestBatch) {
      const count = Math.min(largestBatch, events.length - start);
      parts.push(askRows(rows.subarray(start * width, (start + count) * width), count));
    }
    const scored = await Promise.all(parts);
    return events.map(({ event }, i) => {
      const part = scored[Math.floor(i / largestBatch)] as RowScores;
      const row = i % largestBatch;
      return {
        score: part.scores[row] as number,
        explain: () => {
          const actuals = encoder.actuals(event, rows, i * width);
          const expecteds = part.expected && encoder.expecteds(event, part.expected, row * width);
          return explanationOf(folder, part, row, actuals, expecteds);
        },
      };
    });
  }

  return {
    manifest,
    engine: 'onnx',
    score,
    ...(shape.hasWindows && {
      save: (partition) => encoders.get(partition)?.save(),
      restore: (partition, state) => encoderOf(partition).restore(state),
      drop: (partition) => void encoders.delete(partition),
    }),
    columns: shape.columns,
    async close() {
      closed = true;
      await end();
    },
  };
}

const rowOf = (error: unknown): number | undefined =>
  isTidewatchError(error, 'ONNX_NOT_FINITE') || isTidewatchError(error, 'ONNX_RANGE')
    ? Number(error.details.row)
    : undefined;

function explanationOf(
  { manifest }: OnnxFolder,
  { scores, contributions }: RowScores,
  row: number,
  actuals: readonly Spoken[],
  expecteds: readonly Spoken[] | undefined,
): OnnxExplanation {
  const { name, version, score, explanation: method, features } = manifest;
  const parts = features.map((feature, f) => ({
    name: feature.name,
    actual: actuals[f] ?? null,
    expected: expecteds?.[f] ?? null,
    contribution: contributions?.[row * features.length + f] ?? null,
  }));
  return {
    engine: 'onnx',
    model: { name, version },
    score: scores[row] as number,
    threshold: score.threshold,
    meaning: score.meaning,
    method,
    features:
      contributions === undefined
        ? []
        : parts
            .sort((a, b) => Math.abs(b.contribution ?? 0) - Math.abs(a.contribution ?? 0))
            .slice(0, shownFeatures),
  };
}
