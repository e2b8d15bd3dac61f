import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { openControlStore } from '@tidewatch/control';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createFileSnapshots } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import { createHealthBoard, createLogger, createMetrics } from '@tidewatch/telemetry';
import { enrolKeepers } from './governance/retention.ts';
import { startHousekeeping } from './housekeeping.ts';
import type { Runtime } from './runtime.ts';

/**
 * Adds to what a folder holds a record of a stream, an audit entry and a snapshot of some time, enforces retention there, and
 * is killed once each of that is gone and nothing of it is noted.
 */
const [directory = '', classesText = '', then = ''] = process.argv.slice(2);
let now = Number(then);
const clock = () => now;
const classes = parseDataClasses(classesText);
const control = openControlStore({ file: join(directory, 'control.db'), clock });
const store = await openDuckDbStore({ directory: join(directory, 'store'), classes });
const wal = createWal({ directory: join(directory, 'streams'), clock });
const snapshots = createFileSnapshots(join(directory, 'snapshots'));
const [events, deadLetters, letterOutcomes] = (await Promise.all(
  ['events', 'dead-letters', 'dead-letters.outcomes'].map((name) => wal.open(name)),
)) as [Runtime['adapters']['events'], Runtime['adapters']['events'], Runtime['adapters']['events']];

await events.append([{ key: 'old', value: Buffer.from('old') }]);
await control.audit.append({ who: 'alice', action: 'search', target: 'events', detail: {} });
await snapshots.save('correlation', '0', Buffer.from('old'));
await utimes(join(directory, 'snapshots/correlation.0.snapshot'), now / 1_000, now / 1_000);
now = Date.now();

const unsaid = new Set(['event store', 'streams/events', 'control.db', 'snapshots']);
const audit: Runtime['adapters']['audit'] = async (entry) => {
  if (entry.action !== 'retention.delete') return control.audit.append(entry);
  unsaid.delete(entry.target);
  if (unsaid.size === 0) process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
};
const kept = { events, deadLetters, letterOutcomes, matches: undefined, outputs: [], redirects: [] };
const retention = enrolKeepers(classes, {
  ...{ ...kept, snapshots, store, control: async () => control, documents: undefined },
  exceptions: join(directory, 'exceptions'),
});
startHousekeeping({
  adapters: { events, deadLetters, letterOutcomes, retention, audit },
  ...{ health: createHealthBoard(), metrics: createMetrics(), classes },
  ...{ log: createLogger({ level: 'silent' }), parts: {}, live: { publish: () => {} } },
} as unknown as Runtime);
