import { createWal } from './wal.ts';

/**
 * A process of its own for the tests: appends batches until it is killed or refused, and prints what was acknowledged.
 *
 * Arguments: directory, records a batch, concurrent appenders.
 */
const [directory = '', batch = '10', appenders = '4'] = process.argv.slice(2);
const stream = await createWal({ directory, segmentBytes: 64 * 1024 }).open('events');
let sent = 0;

async function appendForEver(): Promise<void> {
  for (;;) {
    const records = Array.from({ length: Number(batch) }, () => ({
      key: 'k',
      value: Buffer.from(`value ${sent++}`),
    }));
    const positions = await stream.append(records);
    const acknowledged = records.map(({ value }, i) => `${positions[i]?.offset} ${value}`);
    process.stdout.write(`${acknowledged.join('\n')}\n`);
  }
}

await Promise.all(Array.from({ length: Number(appenders) }, appendForEver)).catch(
  (error: { code?: string }) => {
    process.stdout.write(`refused ${error.code}\n`, () => process.exit(3));
  },
);
