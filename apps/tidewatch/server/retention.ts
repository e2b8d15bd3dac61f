import type { ControlStore } from '@tidewatch/control';
import {
  createRetentionRegistry,
  type DataClasses,
  type Deletion,
  type RetentionRegistry,
} from '@tidewatch/store';
import type { Stream } from '@tidewatch/stream';
import type { Documents } from '@tidewatch/stream/documents';
import { expireExceptions } from './exceptions.ts';
import type { Stores } from './stores.ts';

export interface Keepers {
  readonly events: Stream;
  readonly deadLetters: Stream;
  readonly letterOutcomes: Stream;
  /** Absent where the process detects nothing. */
  readonly matches: Stream | undefined;
  /** Where matches are written besides the alerts. */
  readonly outputs: readonly Stream[];
  /** Absent where the process opened none. */
  readonly store?: Stores;
  readonly control?: ControlStore;
  /** Absent where the process needs none. */
  readonly documents: Documents | undefined;
  /** Folder of the exceptions from rules. */
  readonly exceptions: string;
}

const day = 86_400_000;

/** The shortest time to live of what people send, milliseconds. */
export const shortestTtl = ({ all }: DataClasses): number =>
  Math.min(...all.filter(({ synthetic }) => !synthetic).map(({ ttlMs }) => ttlMs));

/**
 * Enrols every place below the data folder that keeps anything derived from events; a keeper is named by its path there,
 * and a test finds what is in the folder but not enrolled.
 */
export function enrolKeepers(
  classes: DataClasses,
  { events, deadLetters, letterOutcomes, matches, outputs, store, control, documents, exceptions }: Keepers,
): RetentionRegistry {
  const registry = createRetentionRegistry(classes);
  const ttlOf = (name: string) => classes.get(name)?.ttlMs ?? 7 * day;
  // The stream holds all classes side by side, so the shortest promise made to anybody counts.
  const shortest = shortestTtl(classes);

  if (store !== undefined) enrolStore(registry, store);
  registry.enrol({
    keeper: 'streams/events',
    keeps: 'events on their way to store and detection',
    dataClass: 'all',
    ttlMs: shortest,
    expire: (now) => expireStream(events, 'all', now - shortest),
  });
  if (matches !== undefined)
    registry.enrol({
      keeper: 'streams/matches',
      keeps: 'which events matched rules that correlations build on, with the values they are grouped by',
      dataClass: 'all',
      ttlMs: shortest,
      expire: (now) => expireStream(matches, 'all', now - shortest),
    });
  for (const output of outputs)
    registry.enrol({
      keeper: `streams/${output.name}`,
      keeps: 'matches of rules with the events that matched, for consumers outside',
      dataClass: 'all',
      ttlMs: shortest,
      expire: (now) => expireStream(output, 'all', now - shortest),
    });
  registry.enrol({
    keeper: 'streams/dead-letters',
    keeps: 'records that could not be handled, as they came',
    dataClass: 'dead_letters',
    ttlMs: ttlOf('dead_letters'),
    expire: (now) => expireStream(deadLetters, 'dead_letters', now - ttlOf('dead_letters')),
  });
  registry.enrol({
    keeper: 'streams/dead-letters.outcomes',
    keeps: 'which of those records were replayed or dropped, by whom, and why they failed',
    dataClass: 'dead_letters',
    ttlMs: ttlOf('dead_letters'),
    expire: (now) => expireStream(letterOutcomes, 'dead_letters', now - ttlOf('dead_letters')),
  });
  if (control !== undefined)
    registry.enrol({
      keeper: 'control.db',
      keeps: 'accounts, sessions, and who did what (with the text of queries)',
      dataClass: 'audit',
      ttlMs: ttlOf('audit'),
      expire: async (now) =>
        deleted('control.db', 'audit', 'audit entries', await control.audit.prune(now - ttlOf('audit'))),
    });
  registry.enrol({
    keeper: 'snapshots',
    keeps:
      'counts and newest times per source; of correlations the ids, times and groups of what their windows hold, and a number for each earlier window that they compare with',
    dataClass: 'all',
    ttlMs: shortest,
    // A snapshot is replaced as long as events come, and holds nothing older than the longest window, or than what is compared with it.
    expire: async () => [],
  });
  registry.enrol({
    keeper: 'rules.cache',
    keeps: 'rules as they were read last; nothing of events',
    dataClass: 'all',
    ttlMs: shortest,
    expire: async () => [],
  });
  registry.enrol({
    keeper: 'exceptions',
    keeps: 'exceptions from rules with the values that they name, from their expiry on',
    dataClass: 'audit',
    ttlMs: ttlOf('audit'),
    expire: (now) => expireExceptions(exceptions, now - ttlOf('audit'), documents),
  });
  registry.enrol({
    keeper: 'rules.kept',
    keeps: 'rules that were written through the API, and the version before of each; nothing of events',
    dataClass: 'all',
    ttlMs: shortest,
    expire: async () => [],
  });
  registry.enrol({
    keeper: 'inputs',
    keeps: 'how far watched files were read; no content of events',
    dataClass: 'all',
    ttlMs: shortest,
    expire: async () => [],
  });
  registry.enrol({
    keeper: 'demo',
    keeps: 'the log file that the demonstration writes; nobody’s data',
    dataClass: 'demonstration',
    ttlMs: ttlOf('demonstration'),
    // It is made anew at each start, and goes with the demonstration.
    expire: async () => [],
  });
  return registry;
}

function enrolStore(registry: RetentionRegistry, { events, alerts }: Stores): void {
  registry.enrol({
    keeper: 'store/events',
    keeps: 'events, by class',
    dataClass: 'all',
    ttlMs: 'by class',
    expire: (now) => events.expire(now),
  });
  registry.enrol({
    keeper: 'store/alerts',
    keeps: 'alerts, with the events that are their evidence',
    dataClass: 'alerts',
    ttlMs: 'by class',
    expire: (now) => alerts.expire(now),
  });
}

async function expireStream(stream: Stream, dataClass: string, before: number): Promise<readonly Deletion[]> {
  const { records } = await stream.deleteBefore(before);
  return deleted(`streams/${stream.name}`, dataClass, 'records', records);
}

const deleted = (keeper: string, dataClass: string, what: string, records: number): readonly Deletion[] =>
  records === 0 ? [] : [{ keeper, dataClass, what, records }];
