import { createKeyedStage } from '../keyed/stage.ts';
import { windowCounts } from '../keyed/windows.fixture.ts';
import { createKafka } from './kafka.ts';
import { createKafkaSnapshots } from './snapshots.ts';

/**
 * A process of its own for the tests: counts windows until it is killed, and leaves cleanly on SIGTERM. What it emits
 * goes to the stream `counts`.
 *
 * Arguments: broker, prefix.
 */
const [broker = '', prefix = ''] = process.argv.slice(2);
const kafka = createKafka({
  brokers: [broker],
  prefix,
  replicas: 1,
  minInsyncReplicas: 1,
  sessionTimeoutMs: 1_000,
  heartbeatMs: 100,
});
const counts = await kafka.open('counts', { partitions: 1 });
const stage = await createKeyedStage(
  windowCounts(await kafka.open('events'), createKafkaSnapshots(kafka), async (outputs) => {
    await counts.append(
      outputs.map((output) => ({ key: output.id, value: Buffer.from(JSON.stringify(output)) })),
    );
  }),
);
process.stdout.write('ready\n');
process.once('SIGTERM', async () => {
  await stage.close();
  await kafka.close();
});
