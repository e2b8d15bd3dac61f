import { join } from 'node:path';
import { openControlStore } from '@tidewatch/control';
import { createRetentionRegistry, parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createWal } from '@tidewatch/stream/wal';
import { createHealthBoard, createLogger, createMetrics } from '@tidewatch/telemetry';
import { startHousekeeping } from './housekeeping.ts';
import type { Runtime } from './runtime.ts';

/** Enforces retention on what a folder holds, and is killed once the events are gone and before that is noted. */
const [directory = '', classesText = ''] = process.argv.slice(2);
const classes = parseDataClasses(classesText);
const control = openControlStore({ file: join(directory, 'control.db') });
const store = await openDuckDbStore({ directory: join(directory, 'store'), classes });
const wal = createWal({ directory: join(directory, 'streams-of-child') });
const [events, deadLetters, letterOutcomes] = await Promise.all(
  ['events', 'dead-letters', 'dead-letters.outcomes'].map((name) => wal.open(name)),
);
const retention = createRetentionRegistry(classes);
const { expire } = store.events;
retention.enrol({ keeper: 'store/events', keeps: 'events', dataClass: 'all', ttlMs: 'by class', expire });
const audit: Runtime['adapters']['audit'] = async (entry) => {
  if (entry.action === 'retention.delete') process.kill(process.pid, 'SIGKILL');
  await control.audit.append(entry);
};
startHousekeeping({
  adapters: { events, deadLetters, letterOutcomes, retention, audit },
  ...{ health: createHealthBoard(), metrics: createMetrics(), classes },
  ...{ log: createLogger({ level: 'silent' }), parts: {}, live: { publish: () => {} } },
} as unknown as Runtime);
