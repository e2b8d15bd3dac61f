import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlTables } from '@tidewatch/control/tables.suite';
import { type ExplainedDeletion, liveDataClasses, parseDataClasses, partitionPeriod } from '@tidewatch/store';
import fc from 'fast-check';
import { expect } from 'vitest';
import { day, hour, idOf, mostSteps, openEmbedded, openPlaces } from './clock_walk_places.suite.ts';

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

const classesOf = (given: Times) =>
  parseDataClasses(
    `classes:\n${names.map((name) => `  ${name}: { description: d, ttl: ${given[name]}, readers: [analyst] }`).join('\n')}\napprovals: []\n`,
  );

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
    const begun: ExplainedDeletion[] = [];
    const failures = await site.retention.run(now, async ({ begins, ...one }) => {
      if (begins) begun.push(one);
      else {
        // Noted as it is, and before it went.
        expect(begun).toContainEqual(one);
        deletions.push(one);
      }
    });
    expect(failures).toEqual([]);
    expect(deletions.length).toBe(begun.length);
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

  /** As if each keeper's process were killed at its first note: all that is due stands, and the first of it is noted. */
  async function forgetNothingUnnoted(): Promise<void> {
    const held = () => Promise.all(site.places.map((place) => place.held()));
    const before = await held();
    const noted = new Set<string>();
    await site.retention.run(now, async ({ keeper, begins }) => {
      expect(begins).toBe(true);
      noted.add(keeper);
      throw new Error('killed');
    });
    expect(await held()).toEqual(before);
    const due = site.places.filter((_, i) => before[i]?.some((id) => id.startsWith('walk-')));
    expect(due.map(({ keeper }) => keeper).filter((keeper) => !noted.has(keeper))).toEqual([]);
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
    await forgetNothingUnnoted();
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
