import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, createMetrics } from '@tidewatch/telemetry';
import { relp } from '../relp.ts';

/**
 * A process of its own for the tests: takes RELP and keeps each message, durably, as a line of a file. It is slow
 * enough to be killed in the middle. It ends on SIGTERM.
 *
 * Arguments: port, file.
 */
const [port = '0', file = ''] = process.argv.slice(2);
const kept = openSync(file, 'a');
const input = relp.create(relp.config.parse({ port: Number(port) }), {
  name: 'relp',
  directory: '',
  metrics: createMetrics({ process: false }),
  log: createLogger({ level: 'warn' }),
  async accept(_, records) {
    writeSync(kept, records.map(({ bytes }) => `${Buffer.from(bytes)}\n`).join(''));
    fdatasyncSync(kept);
    await sleep(10);
    return records.map(() => ({ status: 'accepted', id: 'x' }));
  },
});
await input.start();
process.stdout.write(`${input.listeners()[0]?.address}\n`);
process.on('SIGTERM', async () => {
  await input.stop();
  closeSync(kept);
  process.exit(0);
});
