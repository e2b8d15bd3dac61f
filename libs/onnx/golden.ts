import type { EcsEvent } from '@tidewatch/event';
import { isoTime } from '@tidewatch/event';
import { z } from 'zod';
import { onnxErrors } from './errors.ts';

/** An event and the score that it must get. */
export interface Golden {
  readonly event: EcsEvent;
  readonly score: number;
  /** Of the event, epoch milliseconds. */
  readonly time: number;
}

/** Most events that are tried. */
const goldenLimit = 10_000;

const golden = z.strictObject({
  event: z.looseObject({
    '@timestamp': z.string().refine((text) => !Number.isNaN(isoTime(text)), 'is no time'),
  }),
  score: z.number().min(0).max(1),
});

/**
 * Reads `golden.ndjson` of an ONNX model: one `{"event": {…ECS…}, "score": 0.12}` a line.
 *
 * @throws ONNX_GOLDEN_INVALID
 */
export function readGolden(bytes: Uint8Array): readonly Golden[] {
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  if (lines.length > goldenLimit)
    throw onnxErrors.ONNX_GOLDEN_INVALID({
      line: goldenLimit + 1,
      reason: `there are more than ${goldenLimit} lines`,
    });
  return lines.map((text, i) => {
    const refuse = (reason: string) => onnxErrors.ONNX_GOLDEN_INVALID({ line: i + 1, reason });
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw refuse((error as Error).message);
    }
    const read = golden.safeParse(value);
    if (!read.success)
      throw refuse(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    const { event, score } = read.data;
    return { event: event as EcsEvent, score, time: isoTime(event['@timestamp']) };
  });
}
