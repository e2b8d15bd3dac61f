import type { ControlStore, OriginalVault } from '@tidewatch/control';
import {
  createRetentionRegistry,
  type DataClasses,
  deleteDue,
  type RetentionRegistry,
  type TellDeletion,
} from '@tidewatch/store';
import type { KeptSnapshots, Stream } from '@tidewatch/stream';
import type { Documents } from '@tidewatch/stream/documents';
import { expireExceptions } from '../rules/exceptions.ts';
import type { Stores } from '../stores.ts';
import { enrolStore } from './store_retention.ts';

export interface Keepers {
  readonly events: Stream;
  readonly deadLetters: Stream;
  readonly letterOutcomes: Stream;
  /** Absent where the process detects nothing. */
  readonly matches: Stream | undefined;
  /** Where matches are written besides the alerts. */
  readonly outputs: readonly Stream[];
  /** Where parsers send events instead of the store. */
  readonly redirects: readonly Stream[];
  readonly snapshots: KeptSnapshots;
  /** Absent where the process opened none. */
  readonly store?: Stores;
  /** Undefined where there is none yet. */
  readonly control: () => Promise<
    Pick<ControlStore, 'audit' | 'keys' | 'originals' | 'cases' | 'views'> | undefined
  >;
  /** Absent where the process needs none. */
  readonly documents: Documents | undefined;
  /** Folder of the exceptions from rules. */
  readonly exceptions: string;
}

const day = 86_400_000;

/** The shortest time to live of what people send, milliseconds. */
export const shortestTtl = ({ all }: DataClasses): number =>
  Math.min(...all.filter(({ synthetic }) => !synthetic).map(({ ttlMs }) => ttlMs));

/** Stages whose snapshots say something of events. */
const stages = [
  'source-statistics',
  'correlation',
  'failure-statistics',
  'dead-letter-outcomes',
  'joins',
  'scorer',
];

/**
 * Enrols every place below the data folder that keeps anything derived from events; a keeper is named by its path there,
 * and a test finds what is in the folder but not enrolled. Times to live are asked for at each run: classes change.
 */
export function enrolKeepers(
  classes: DataClasses,
  { events, deadLetters, letterOutcomes, matches, outputs, redirects, ...kept }: Keepers,
): RetentionRegistry {
  const registry = createRetentionRegistry(classes);
  const ttlOf = (name: string) => () => classes.get(name)?.ttlMs ?? 7 * day;
  // The stream holds all classes side by side, so the shortest promise made to anybody counts.
  const shortest = () => shortestTtl(classes);
  const letters = ttlOf('dead_letters');
  const audit = ttlOf('audit');
  const cases = ttlOf('cases');

  function enrolStream(stream: Stream, dataClass: string, ttlMs: () => number, keeps: string): void {
    const keeper = `streams/${stream.name}`;
    registry.enrol({
      keeper,
      keeps,
      dataClass,
      ttlMs,
      async expire(now, tell) {
        const before = now - ttlMs();
        const partitions = await stream.dueBefore(before);
        const due = { keeper, dataClass, what: `records of ${wordsFor(partitions)}` };
        const records = partitions.reduce((sum, one) => sum + one.records, 0);
        await deleteDue(tell, { ...due, records }, async (gone) =>
          gone((await stream.deleteBefore(before)).records),
        );
      },
      overdue: () => unread(stream, ttlMs()),
    });
  }
  /** What is replaced or deleted by whoever writes it. */
  const enrolOther = (keeper: string, keeps: string, ttlMs = shortest, dataClass = 'all') =>
    registry.enrol({ keeper, keeps, dataClass, ttlMs, expire: async () => {} });

  if (kept.store !== undefined) enrolStore(registry, kept.store, classes);
  enrolOther(
    'store/spill',
    'rows for which a query of the embedded store has no room in memory, until it ends; a killed process’s until the next start',
  );
  enrolStream(events, 'all', shortest, 'events on their way to store and detection');
  if (matches !== undefined)
    enrolStream(
      matches,
      'all',
      shortest,
      'which events matched rules that correlations build on, with the values they are grouped by',
    );
  for (const output of outputs)
    enrolStream(
      output,
      'all',
      shortest,
      'matches of rules with the events that matched, for consumers outside',
    );
  for (const redirect of redirects)
    enrolStream(redirect, 'all', shortest, 'events that parsers redirected, for consumers outside');
  enrolStream(deadLetters, 'dead_letters', letters, 'records that could not be handled, as they came');
  enrolStream(
    letterOutcomes,
    'dead_letters',
    letters,
    'which of those records were replayed or dropped, by whom, and why they failed',
  );
  registry.enrol({
    keeper: 'control.db',
    keeps: 'accounts, sessions, API keys as hashes, and who did what (with the text of queries)',
    dataClass: 'audit',
    ttlMs: audit,
    async expire(now, tell) {
      const control = await kept.control();
      if (control === undefined) return;
      const before = now - audit();
      const due = { keeper: 'control.db', dataClass: 'audit' };
      const entries = { ...due, what: 'audit entries', records: await control.audit.due(before) };
      await deleteDue(tell, entries, async (gone) => gone(await control.audit.prune(before)));
      const keys = { ...due, what: 'expired API keys', records: control.keys.due(before) };
      await deleteDue(tell, keys, async (gone) => gone(await control.keys.expire(before)));
    },
  });
  registry.enrol({
    keeper: 'control.db/cases',
    keeps:
      'cases with their titles, notes and history, and which alerts are in them, from the last change of each on',
    dataClass: 'cases',
    ttlMs: cases,
    async expire(now, tell) {
      const store = (await kept.control())?.cases;
      if (store === undefined) return;
      const before = now - cases();
      const due = { keeper: 'control.db/cases', dataClass: 'cases', what: 'cases' };
      await deleteDue(tell, { ...due, records: store.due(before) }, async (gone) =>
        gone(await store.expire(before)),
      );
    },
  });
  registry.enrol({
    keeper: 'control.db/views',
    keeps: 'views that people saved and their last searches, from the last use of each on',
    dataClass: 'audit',
    ttlMs: audit,
    async expire(now, tell) {
      const store = (await kept.control())?.views;
      if (store === undefined) return;
      const before = now - audit();
      const due = { keeper: 'control.db/views', dataClass: 'audit' };
      const { views, searches } = store.due(before);
      await deleteDue(tell, { ...due, what: 'saved views', records: views }, async (gone) =>
        gone(await store.expire(before)),
      );
      await deleteDue(tell, { ...due, what: 'searches', records: searches }, async (gone) =>
        gone(await store.expireSearches(before)),
      );
    },
  });
  registry.enrol({
    keeper: 'control.db/originals',
    keeps:
      'what pseudonyms stand for, sealed, from the last day on that events had them; and the keys of that',
    dataClass: 'all',
    ttlMs: 'by class',
    expire: async (now, tell) => expireOriginals((await kept.control())?.originals, classes, now, tell),
  });
  // The ledger's goes with the letters, which may stay for longer than what others know of.
  const snapshots = () => Math.max(shortest(), letters());
  registry.enrol({
    keeper: 'snapshots',
    keeps:
      'counts and newest times per source; what joins remember of earlier events, each entry for its own time (one to three days as shipped); of correlations the ids, times and groups of what their windows hold, and a number for each earlier window that they compare with; of models what their windowed features count by entity; until no event has come for so long, since each replaces the one before',
    dataClass: 'all',
    ttlMs: snapshots,
    async expire(now, tell) {
      const before = now - snapshots();
      const records = await kept.snapshots.due(before, stages);
      const due = { keeper: 'snapshots', dataClass: 'all', what: 'snapshots', records };
      await deleteDue(tell, due, async (gone) => gone(await kept.snapshots.expire(before, stages)));
    },
  });
  registry.enrol({
    keeper: 'exceptions',
    keeps: 'exceptions from rules with the values that they name, from their expiry on',
    dataClass: 'audit',
    ttlMs: audit,
    expire: (now, tell) => expireExceptions(kept.exceptions, now - audit(), tell, kept.documents),
  });
  enrolOther('rules.cache', 'rules as they were read last; nothing of events');
  enrolOther(
    'rules.kept',
    'rules that were written through the API, and the version before of each; nothing of events',
  );
  enrolOther(
    'usecases.kept',
    'use-cases that were written through the API, and the version before of each; nothing of events',
  );
  enrolOther(
    'models.kept',
    'models that were added through the API; of events only golden ones, as their authors wrote them',
  );
  enrolOther('models.admitted.json', 'which models were tried and found sound; nothing of events');
  enrolOther('models.decided', 'who made which version of a model live, when and why; nothing of events');
  enrolOther(
    'disk',
    'how large each store was, by the hour, and each time partition by now; nothing of events',
    () => 60 * day,
  );
  enrolOther(
    'forecasts',
    'how many events came of each source, how many alerts, how late and how large it all was, by the minute; nothing of events',
    () => 28 * day,
  );
  enrolOther('detectors', 'detectors that were written through the API; nothing of events');
  enrolOther('inputs', 'how far watched files were read; no content of events');
  // It is made anew at each start, and goes with the demonstration.
  enrolOther(
    'demo',
    'the log file that the demonstration writes; nobody’s data',
    ttlOf('demonstration'),
    'demonstration',
  );
  return registry;
}

/** The largest time partition: events live for one longer than their time. */
const partitionMs = 31 * day;

/** Originals go with the last event that has their pseudonym, a key with the last that is sealed under it. */
export async function expireOriginals(
  originals: OriginalVault | undefined,
  classes: DataClasses,
  now: number,
  tell: TellDeletion,
): Promise<void> {
  if (originals === undefined) return;
  for (const dataClass of originals.classes()) {
    const seen = now - (classes.get(dataClass)?.ttlMs ?? shortestTtl(classes));
    const ends = seen - partitionMs;
    const due = { keeper: 'control.db/originals', dataClass };
    const sealed = { ...due, what: 'sealed originals', records: originals.due(dataClass, seen) };
    await deleteDue(tell, sealed, async (gone) => gone(await originals.expire(dataClass, seen)));
    const keys = { ...due, what: 'keys of sealed texts', records: originals.keysDue(dataClass, ends) };
    await deleteDue(tell, keys, async (gone) => gone(await originals.expireKeys(dataClass, ends)));
  }
}

/** What a reader has not come to stays, since it would be lost to it: that is said until it has. */
async function unread(stream: Stream, ttlMs: number): Promise<readonly string[]> {
  const { groups } = await stream.stats();
  return groups
    .filter(({ seconds }) => seconds * 1_000 > ttlMs + day)
    .map(
      ({ group, records, seconds }) =>
        `The reader ${group} has not come to ${records} records, the oldest of ${Math.round((seconds * 1_000) / day)} days. They stay until it has.`,
    );
}

const wordsFor = (partitions: readonly { readonly partition: number }[]): string => {
  const numbers = partitions.map(({ partition }) => partition);
  return `the partition${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`;
};
