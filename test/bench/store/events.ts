import { createNormaliser } from '@tidewatch/normalize';
import { parseDataClasses } from '@tidewatch/store';
import { asBytes } from '../../../apps/ingest/event_record.ts';
import type { IndexedEvent } from '../../../libs/store/contract.ts';
import { documents } from '../lines.ts';

/** Where the normaliser puts what no use-case names. */
export const classes = parseDataClasses(
  `{classes: {unapproved: {description: bench, ttl: 30d, readers: [analyst]}, peer: {description: bench, ttl: 30d, readers: [analyst]}}, approvals: []}`,
);

/** Between two events, by both of their times. */
export const stepMs = 20;
const perBatch = 5_000;

/** Events of 600 bytes as the index role gets them, in batches as it makes them. */
export function* batches(count: number, start: number): Generator<IndexedEvent[]> {
  const normalise = createNormaliser();
  for (let first = 0; first < count; first += perBatch) {
    const texts = documents(Math.min(perBatch, count - first), 1 + first, start + first * stepMs);
    yield texts.map((text, i) => {
      const offset = first + i;
      const outcome = normalise(
        {
          bytes: Buffer.from(text),
          format: 'json',
          position: { kind: 'file', fingerprint: `bench ${start}`, offset },
          received: start + offset * stepMs,
          hints: {},
        },
        'bench',
      );
      if (outcome.status !== 'ok') throw new Error(`A document was not understood: ${text}`);
      return { ...asBytes(outcome.value), position: { partition: 0, offset }, senderChosenId: false };
    });
  }
}
