import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openControlStore } from '@tidewatch/control';
import { controlTables } from '@tidewatch/control/tables.suite';
import {
  type DataClasses,
  type ExplainedDeletion,
  liveDataClasses,
  parseDataClasses,
  partitionName,
  partitionPeriod,
} from '@tidewatch/store';
import { indexed } from '@tidewatch/store/contract.suite';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createFileSnapshots, type Stream } from '@tidewatch/stream';
import { openFolderDocuments } from '@tidewatch/stream/documents';
import { createWal } from '@tidewatch/stream/wal';
import { createLogger } from '@tidewatch/telemetry';
import fc from 'fast-check';
import { expect } from 'vitest';
import { documentFolders } from '../documents.ts';
import type { Stores } from '../stores.ts';
import { withArchive } from './archive.ts';
import { enrolKeepers, shortestTtl } from './retention.ts';

const hour = 3_600_000;
const day = 24 * hour;

const ttls = ['6h', '1d', '7d', '30d', '31d', '26w', '365d'] as const;
/** Of which the first two hold events. */
const names = ['first', 'second', 'alerts', 'audit', 'dead_letters', 'cases', 'unapproved'] as const;
type Times = Readonly<Record<(typeof names)[number], (typeof ttls)[number]>>;

interface Step {
  readonly hours: number;
  /** It did not run meanwhile, and begins with what it left. */
  readonly down: boolean;
  readonly times: Times | undefined;
}

const times: fc.Arbitrary<Times> = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.constantFrom(...ttls)])) as Record<
    keyof Times,
    fc.Arbitrary<(typeof ttls)[number]>
  >,
);
const step: fc.Arbitrary<Step> = fc.record({
  hours: fc.oneof(fc.integer({ min: 1, max: 48 }), fc.integer({ min: 48, max: 60 * 24 })),
  down: fc.boolean(),
  times: fc.option(times, { nil: undefined, freq: 3 }),
});

const mostSteps = 12;
const idOf = (step: number): string => `walk-${step}`;

/** A time that passes, with what changes in it: from hours to a year. */
export const walk = fc.record({
  start: fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2026, 0) }),
  times,
  steps: fc.array(step, { minLength: 6, maxLength: mostSteps }),
});
export type Walk = typeof walk extends fc.Arbitrary<infer W> ? W : never;

/** One thing that somebody keeps. */
interface Kept {
  readonly at: number;
  /** For how much longer than its time to live it may be there: the rest of its partition, milliseconds. */
  readonly longer: number;
}

/** A place where things are kept under ids. */
interface Place {
  readonly keeper: string;
  /** Which of the keeper's deletions are of it; all without it. */
  readonly what?: string;
  readonly dataClass: string;
  readonly ttl: () => number;
  put(id: string): Promise<void>;
  held(): Promise<readonly string[]>;
  longer(at: number): number;
}

const classesOf = (given: Times) =>
  parseDataClasses(
    `classes:\n${names.map((name) => `  ${name}: { description: d, ttl: ${given[name]}, readers: [analyst] }`).join('\n')}\napprovals: []\n`,
  );

/** Opens what keeps events and alerts, on a clock. What it kept before is there again. */
export type OpenWalkedStore = (
  directory: string,
  classes: DataClasses,
  clock: () => number,
) => Promise<Stores>;

const openEmbedded: OpenWalkedStore = async (directory, classes, clock) =>
  withArchive(
    await openDuckDbStore({ directory, classes, clock }),
    { folder: join(directory, '../archive') },
    classes,
    createLogger({ level: 'silent' }),
  );

/** Opens every store of a data folder as the product does, on one clock. */
async function openPlaces(
  directory: string,
  classes: ReturnType<typeof liveDataClasses>,
  clock: () => number,
  openStore: OpenWalkedStore,
) {
  const store = await openStore(join(directory, 'store'), classes, clock);
  const control = openControlStore({ file: join(directory, 'control.db'), clock });
  if ((await control.users.list()).length === 0) await control.createLoginLink({ user: 'walker' });
  const wal = createWal({ directory: join(directory, 'streams'), clock });
  const snapshots = createFileSnapshots(join(directory, 'snapshots'));
  const documents = await openFolderDocuments({ directory, folders: Object.values(documentFolders) });
  const opened = [
    'events',
    'matches',
    'outputs.soar',
    'redirects.flows',
    'dead-letters',
    'dead-letters.outcomes',
  ];
  const streams = await Promise.all(opened.map((name) => wal.open(name, { reclaim: false })));
  const [events, matches, output, redirect, deadLetters, letterOutcomes] = streams as [
    Stream,
    Stream,
    Stream,
    Stream,
    Stream,
    Stream,
  ];
  const readers = await Promise.all(
    streams.map((stream) => stream.subscribe({ group: 'reader', process: async () => {} })),
  );
  const retention = enrolKeepers(classes, {
    ...{
      events,
      matches,
      outputs: [output],
      redirects: [redirect],
      deadLetters,
      letterOutcomes,
      snapshots,
      documents,
    },
    store,
    control: async () => control,
    exceptions: join(directory, documentFolders.exceptions),
  });
  const ttlOf = (name: string) => () => classes.get(name)?.ttlMs ?? 0;
  const shortest = () => shortestTtl(classes);
  const scope = { principal: 'walk', dataClasses: 'all' } as const;
  const range = { from: 0, to: Number.MAX_SAFE_INTEGER };
  let offset = (await events.stats()).partitions.reduce((sum, { next }) => sum + next, 0) * 10;

  const eventsOf = (dataClass: string): Place => ({
    ...{ keeper: 'event store', dataClass, ttl: ttlOf(dataClass) },
    async put(id) {
      const position = { partition: 0, offset: offset++ };
      const [outcome] = await store.events.write([
        indexed({ event: { id } }, { dataClass, ingested: clock(), time: clock(), position }),
      ]);
      expect(outcome).toEqual({ status: 'stored' });
    },
    async held() {
      const found = await store.events.search(
        { range, sort: 'oldest', limit: 1_000 },
        { ...scope, dataClasses: [dataClass] },
      );
      return found.items.map(({ event }) => event.id);
    },
    longer: (at) => (partitionPeriod(partitionName(at, ttlOf(dataClass)()))?.to ?? 0) - at,
  });
  const streamOf = (stream: Stream, dataClass: string, ttl: () => number): Place => ({
    ...{ keeper: `streams/${stream.name}`, dataClass, ttl },
    put: async (id) => void (await stream.append([{ key: id, value: Buffer.from(id) }])),
    async held() {
      const { partitions } = await stream.stats();
      const read = await Promise.all(
        partitions.map(({ partition, first }) => stream.read({ partition, offset: first }, 10_000)),
      );
      return read.flat().map(({ key }) => key);
    },
    longer: () => day,
  });
  const places: readonly Place[] = [
    eventsOf('first'),
    eventsOf('second'),
    ...[events, matches, output, redirect].map((stream) => streamOf(stream, 'all', shortest)),
    ...[deadLetters, letterOutcomes].map((stream) => streamOf(stream, 'dead_letters', ttlOf('dead_letters'))),
    {
      ...{ keeper: 'alert store', dataClass: 'alerts', ttl: ttlOf('alerts'), longer: () => 0 },
      async put(id) {
        const position = { partition: 0, offset: offset++ };
        const { bytes } = indexed(
          { host: { name: id } },
          { dataClass: 'first', ingested: clock(), position },
        );
        await store.alerts.apply([
          {
            ...{ id, time: clock(), position, bucketMs: hour, dataClass: 'first' },
            detector: { engine: 'sigma', id: 'rule', title: 'Rule', level: 'high', tags: [] },
            key: [{ field: 'host.name', value: id }],
            event: JSON.parse(Buffer.from(bytes).toString()),
            explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
          },
        ]);
      },
      async held() {
        const { items } = await store.alerts.search({ range, sort: 'oldest', limit: 1_000 }, scope);
        return items.map(({ key }) => String(key[0]?.value));
      },
    },
    {
      ...{ keeper: 'control.db', what: 'audit entries', dataClass: 'audit', ttl: ttlOf('audit') },
      longer: () => 0,
      put: (id) => control.audit.append({ who: 'walk', action: 'walk', target: id, detail: {} }),
      held: async () => (await control.audit.read({ limit: 1_000 })).items.map(({ target }) => target),
    },
    {
      ...{ keeper: 'control.db', what: 'expired API keys', dataClass: 'audit', ttl: ttlOf('audit') },
      longer: () => hour,
      async put(name) {
        const expiresAt = clock() + hour;
        await control.keys.add({ user: 'walker', name, scopes: ['ingest'], expiresAt });
      },
      held: async () => (await control.keys.list()).map(({ name }) => name),
    },
    {
      ...{ keeper: 'control.db/cases', dataClass: 'cases', ttl: ttlOf('cases'), longer: () => 0 },
      put: async (title) =>
        void (await control.cases.open({ title, severity: 'low', owner: null, alerts: [] }, 'walker')),
      held: async () => (await control.cases.list({ limit: 1_000 }, scope)).items.map(({ title }) => title),
    },
    {
      ...{ keeper: 'control.db/views', what: 'saved views', dataClass: 'audit', ttl: ttlOf('audit') },
      longer: () => 0,
      put: async (name) =>
        void (await control.views.add('walker', { page: 'alerts', name, state: '', shared: true })),
      // To list one's own is to use them.
      held: async () => (await control.views.list('somebody else')).map(({ name }) => name),
    },
    {
      ...{ keeper: 'control.db/views', what: 'searches', dataClass: 'audit', ttl: ttlOf('audit') },
      longer: () => 0,
      put: (id) => control.views.noteSearch('walker', 'alerts', id),
      held: () => control.views.searches('walker', 'alerts'),
    },
    {
      ...{ keeper: 'control.db/originals', dataClass: 'first', ttl: ttlOf('first'), longer: () => 0 },
      put: (id) =>
        control.originals.write([
          { dataClass: 'first', pseudonym: id, field: 'user.name', sealed: 'x', seen: clock() },
        ]),
      held: async () =>
        control.originals
          .findAll(Array.from({ length: mostSteps }, (_, i) => idOf(i)))
          .map(({ pseudonym }) => pseudonym),
    },
    {
      ...{ keeper: 'exceptions', dataClass: 'audit', ttl: ttlOf('audit'), longer: () => 0 },
      async put(id) {
        const expires = new Date(clock()).toISOString();
        const text = `title: ${id}\nid: ${id}\nexpires: ${expires}\nlogsource: { product: any }\nfilter: { rules: any, a: { b: c }, condition: not a }\n`;
        await documents.write([{ folder: documentFolders.exceptions, name: id, text }]);
      },
      held: async () =>
        (await filesOf(join(directory, documentFolders.exceptions))).map((name) => name.slice(0, -4)),
    },
    {
      ...{ keeper: 'snapshots', dataClass: 'all', longer: () => 0 },
      ttl: () => Math.max(shortest(), ttlOf('dead_letters')()),
      async put(id) {
        await snapshots.save('correlation', id, Buffer.from(id));
        const seconds = clock() / 1_000;
        await utimes(join(directory, 'snapshots', `correlation.${id}.snapshot`), seconds, seconds);
      },
      held: async () => (await filesOf(join(directory, 'snapshots'))).map((name) => name.split('.')[1] ?? ''),
    },
  ];
  return {
    places,
    retention,
    archive: () => store.seal?.(clock()),
    left: async () => (await store.events.stats()).partitions,
    drain: () => Promise.all(readers.map((reader) => reader.drain())),
    async close() {
      await Promise.all(readers.map((reader) => reader.close()));
      await store.close();
      await wal.close();
      await documents.close();
      await control.close();
    },
  };
}

const filesOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => /\.(yml|snapshot)$/.test(name));

/**
 * Lets time pass over real stores. After each run of retention nothing is there that is older than its time to live and
 * the rest of its partition, nothing is gone that is younger, and what went is in the run's report.
 */
export async function walkTheClock(
  { start, times: first, steps }: Walk,
  openStore = openEmbedded,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-walk-'));
  const classes = liveDataClasses(classesOf(first));
  let now = start;
  let site = await openPlaces(directory, classes, () => now, openStore);
  const kept = new Map<string, Map<string, Kept>>();

  async function forget(): Promise<void> {
    await site.drain();
    await site.archive();
    const archived = await archivedIn(directory);
    const deletions: ExplainedDeletion[] = [];
    const failures = await site.retention.run(now, async (one) => void deletions.push(one));
    expect(failures).toEqual([]);
    const left = await archivedIn(directory);
    for (const { path, dataClass, end } of archived) {
      const isOver = end + (classes.get(dataClass)?.ttlMs ?? 0) <= now;
      expect(
        left.some((one) => one.path === path),
        `${path} at ${now}`,
      ).toBe(!isOver);
    }
    expect(deletions.filter(({ keeper }) => keeper === 'archive').length).toBe(archived.length - left.length);
    for (const { keeper, what: own, dataClass, ttl, held } of site.places) {
      const mine = kept.get(`${keeper} ${own} ${dataClass}`) ?? new Map<string, Kept>();
      const there = new Set(await held());
      let gone = 0;
      for (const [id, { at, longer }] of mine) {
        const age = now - at;
        const what = `${keeper}: ${id} of ${dataClass}, ${age / hour} h old, kept for ${ttl() / hour} h`;
        if (age < ttl()) expect(there.has(id), `${what}, is gone`).toBe(true);
        if (age > ttl() + longer) expect(there.has(id), `${what}, is there`).toBe(false);
        if (there.has(id)) continue;
        mine.delete(id);
        gone++;
      }
      const said = deletions.filter(
        (one) => one.keeper === keeper && one.dataClass === dataClass && [undefined, one.what].includes(own),
      );
      expect(
        said.reduce((sum, { records }) => sum + records, 0),
        `${keeper} ${dataClass}`,
      ).toBe(gone);
      for (const { reason, what } of said)
        expect([reason, what]).toEqual([
          expect.stringMatching(/^past the time to live of \d+[hdm]|\dw/),
          expect.any(String),
        ]);
    }
  }

  try {
    for (const [i, { hours, down, times: changed }] of steps.entries()) {
      if (down) {
        await site.close();
        now += hours * hour;
        site = await openPlaces(directory, classes, () => now, openStore);
      } else now += hours * hour;
      if (changed !== undefined) classes.replace(classesOf(changed));
      await forget();
      for (const { keeper, what, dataClass, put, longer } of site.places) {
        const id = idOf(i);
        await put(id);
        const mine = kept.get(`${keeper} ${what} ${dataClass}`) ?? new Map<string, Kept>();
        kept.set(`${keeper} ${what} ${dataClass}`, mine.set(id, { at: now, longer: longer(now) }));
      }
      await forget();
    }
    const [events] = site.places;
    now += (events?.longer(now) ?? 0) + 2 * hour;
    await forget();
    if (openStore === openEmbedded) expect(await archivedIn(directory)).not.toEqual([]);
    now += 3 * 365 * day;
    await forget();
    expect([...kept.values()].every(({ size }) => size === 0)).toBe(true);
    expect(await site.left()).toEqual([]);
    if (openStore === openEmbedded) {
      const files = await readdir(join(directory, 'store/events'), { recursive: true });
      expect(files.filter((name) => name.includes('.'))).toEqual([]);
      expect(await archivedIn(directory)).toEqual([]);
    }
    await everythingIsEnrolled(
      directory,
      site.retention.list().map(({ keeper }) => keeper),
    );
  } finally {
    await site.close();
    await rm(directory, { recursive: true });
  }
}

/** Partitions of the archive, each with the end of its time. */
async function archivedIn(directory: string) {
  const paths = await readdir(join(directory, 'archive'), { recursive: true }).catch(() => []);
  return paths
    .filter((path) => path.endsWith('.parquet'))
    .map((path) => {
      const [dataClass = '', partition = ''] = path.split('/');
      return { path, dataClass, end: partitionPeriod(partition)?.to ?? 0 };
    });
}

/** Who deletes from which tables of the control store; a new one is somebody's, too. */
const tables: Readonly<Record<string, readonly string[]>> = {
  'control.db': ['users', 'login_links', 'sessions', 'audit', 'audit_chain', 'api_keys', 'devices'],
  'control.db/cases': ['cases', 'case_alerts', 'case_entries'],
  'control.db/views': ['views', 'view_defaults', 'searches'],
  'control.db/originals': ['originals', 'seal_keys'],
};

async function everythingIsEnrolled(directory: string, keepers: readonly string[]): Promise<void> {
  expect(Object.keys(tables).filter((keeper) => !keepers.includes(keeper))).toEqual([]);
  expect(controlTables(join(directory, 'control.db'))).toEqual(Object.values(tables).flat().sort());
  const below = await Promise.all(
    (await readdir(directory, { withFileTypes: true })).map(async (entry) => {
      if (keepers.includes(entry.name) || !entry.isDirectory()) return [entry.name];
      return (await readdir(join(directory, entry.name))).map((name) => `${entry.name}/${name}`);
    }),
  );
  const unknown = below
    .flat()
    .filter(
      (path) =>
        !keepers.some(
          (keeper) => path === keeper || path.startsWith(`${keeper}-`) || path.startsWith(`${keeper}.`),
        ),
    );
  expect(unknown.filter((path) => path !== 'streams/.lock')).toEqual([]);
}
