import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { openControlStore } from '@tidewatch/control';
import { type DataClasses, type LiveDataClasses, partitionName, partitionPeriod } from '@tidewatch/store';
import { indexed } from '@tidewatch/store/contract.suite';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createFileSnapshots, type Stream } from '@tidewatch/stream';
import { openFolderDocuments } from '@tidewatch/stream/documents';
import { createWal } from '@tidewatch/stream/wal';
import { createLogger } from '@tidewatch/telemetry';
import { expect } from 'vitest';
import { documentFolders } from '../documents.ts';
import type { Stores } from '../stores.ts';
import { withArchive } from './archive.ts';
import { enrolKeepers, shortestTtl } from './retention.ts';

export const hour = 3_600_000;
export const day = 24 * hour;
export const mostSteps = 12;
/** What is put at a step of the walk. */
export const idOf = (step: number): string => `walk-${step}`;

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

/** Opens what keeps events and alerts, on a clock. What it kept before is there again. */
export type OpenWalkedStore = (
  directory: string,
  classes: DataClasses,
  clock: () => number,
) => Promise<Stores>;

export const openEmbedded: OpenWalkedStore = async (directory, classes, clock) =>
  withArchive(
    await openDuckDbStore({ directory, classes, clock }),
    { folder: join(directory, '../archive') },
    classes,
    createLogger({ level: 'silent' }),
  );

/** Opens every store of a data folder as the product does, on one clock. */
export async function openPlaces(
  directory: string,
  classes: LiveDataClasses,
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
