import { join } from 'node:path';
import { createNormaliser } from '@tidewatch/normalize';
import { loadDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createDetection } from '../../../apps/detector/detection.ts';
import { asBytes } from '../../../apps/ingest/event_record.ts';
import { root } from '../../require.ts';
import { alertCount, eventCount, perAlert, stepMs, texts } from './estate.ts';

const perBatch = 5_000;
/** Not the one that the server's own log counts in: what it reads from there later is no repetition of this. */
const partition = 1;
const newline = Buffer.from('\n');

/**
 * The events of the last hours, and the alerts that the shipped rules find in them, written to the embedded store of a
 * data folder whose server does not run: with what the inputs, the index and the detector do, and without their queues.
 *
 * @throws where not every attack is an alert of its own
 */
export async function fillStore(data: string): Promise<void> {
  const classes = await loadDataClasses(join(root, 'governance/classes.yml'));
  const store = await openDuckDbStore({ directory: join(data, 'store'), classes });
  const { detection } = await createDetection({ paths: [join(root, 'rules')], placeholders: {} }, 1);
  const normalise = createNormaliser();
  const start = Date.now() - eventCount * stepMs;
  let alerts = 0;
  for (let first = 0; first < eventCount; first += perBatch) {
    const events = texts(first, perBatch, start).map((text, i) => {
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
      return { ...asBytes(outcome.value), position: { partition, offset }, senderChosenId: false };
    });
    await store.events.write(events);
    const attacks = events.filter(({ position }) => position.offset % perAlert === 0);
    const offsets = Float64Array.from(attacks, ({ position }) => position.offset);
    const lines = Buffer.concat(attacks.flatMap(({ bytes }) => [bytes, newline]));
    const { matches } = detection.detect(partition, offsets, lines);
    alerts += (await store.alerts.apply(matches)).filter(({ effect }) => effect === 'created').length;
  }
  await store.close();
  if (alerts !== alertCount) throw new Error(`${alerts} alerts were made instead of ${alertCount}.`);
}
