import { z } from 'zod';
import { type Kept, noiseStep } from './noise.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { maxKeys, span } from './span.ts';
import { fieldReader, type Work, workWriter } from './work.ts';

interface Totals extends Kept {
  readonly sums: number[];
  /** Epoch milliseconds of the first and last event held back. */
  first: number;
  last: number;
}

/** Makes one event of many. */
export const aggregate = defineProcessor({
  name: 'aggregate',
  summary:
    'Lets one event of those with the same values through in each window, and drops the others (`aggregated`); the next one carries their number in `labels.suppressed`, their sums added to its own, and when the first of them was in `event.start`.',
  config: z.strictObject({
    fields: z
      .array(fieldPath)
      .min(1)
      .describe('The values that must be the same; a missing one is a value, too.'),
    window: span.describe('How long one stands for all, by receipt.').default(60_000),
    sum: z
      .array(fieldPath)
      .describe('Numbers that are added up. What no later event of the same values carries is only counted.')
      .default([]),
    max_keys: maxKeys.describe(
      'Most combinations of values that are remembered, by each process for itself.',
    ),
  }),
  examples: [
    {
      title: 'the first of its kind',
      config: { fields: ['source.ip', 'destination.ip'], window: '1m', sum: ['network.bytes'] },
      before: { source: { ip: '192.0.2.7' }, network: { bytes: 60 } },
      after: { source: { ip: '192.0.2.7' }, network: { bytes: 60 } },
    },
  ],
  create({ fields, window, sum, max_keys: maxKeys }, making) {
    const summed = sum.map((path) => ({ read: fieldReader(path), write: workWriter(path) }));
    const start = workWriter('event.start');
    const end = workWriter('event.end');
    const numberAt = (work: Work, i: number): number => {
      const number = Number(summed[i]?.read(work.fields) ?? 0);
      return Number.isFinite(number) ? number : 0;
    };
    const timeOf = ({ time, context }: Work): number => time ?? context.received;
    return noiseStep<Totals>(
      {
        ...{ name: 'aggregate', reason: 'aggregated', fields, windowMs: window, maxKeys },
        begin: (work) => ({
          ...{ until: work.context.received + window, passed: 0, held: 0 },
          ...{ sums: sum.map(() => 0), first: Number.POSITIVE_INFINITY, last: 0 },
        }),
        passes(work, totals) {
          for (let i = 0; i < sum.length; i++) totals.sums[i] = (totals.sums[i] ?? 0) + numberAt(work, i);
          totals.first = Math.min(totals.first, timeOf(work));
          totals.last = Math.max(totals.last, timeOf(work));
          return false;
        },
        tell(work, { sums, first, last }) {
          for (let i = 0; i < sums.length; i++) summed[i]?.write(work, (sums[i] ?? 0) + numberAt(work, i));
          start(work, new Date(Math.min(first, timeOf(work))).toISOString());
          end(work, new Date(Math.max(last, timeOf(work))).toISOString());
        },
      },
      making,
    );
  },
});
