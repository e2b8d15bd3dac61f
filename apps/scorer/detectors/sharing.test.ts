import { openTestWal } from '@tidewatch/stream/wal/testing';
import { expect, it } from 'vitest';
import { defined } from './definition.fixture.ts';
import { createEngine } from './engine.ts';
import { openKept } from './kept.ts';
import { createSharing, groupOf, type Part, whole } from './sharing.ts';
import { taken } from './taken.fixture.ts';

it('says once that another process has a part of the entities, and once that it has none any more', async () => {
  const wal = await openTestWal({ partitions: 3 });
  const stream = await wal.log.open('events');
  const told: (string | undefined)[] = [];
  const alone = createSharing(stream, whole, (reason) => told.push(reason));
  alone.assigned(0);
  await alone.look(0);
  expect(told).toEqual([]);

  const shared = createSharing({ ...stream, repartition: async () => stream }, whole, (reason) =>
    told.push(reason),
  );
  let now = 0;
  const look = () => {
    now += 60_000;
    return shared.look(now);
  };
  for (const partition of [0, 1, 2]) shared.assigned(partition);
  await look();
  shared.revoked(1);
  await look();
  shared.assigned(1);
  await look();
  await look();
  expect(told).toEqual([]);
  shared.revoked(1);
  for (let i = 0; i < 3; i++) await shared.look(now);
  expect(told).toEqual([]);
  for (let i = 0; i < 3; i++) await look();
  shared.assigned(1);
  for (let i = 0; i < 3; i++) await look();
  expect(told).toEqual([expect.stringContaining('Only 2 of 3 partitions'), undefined]);
  await wal.dispose();
});

it('forgets groups of another number of parts, which keep records that nobody reads for', async () => {
  const wal = await openTestWal({ partitions: 1 });
  const stream = await wal.log.open('events');
  const parts = [whole, { number: 1, of: 2 }, { number: 2, of: 2 }, { number: 1, of: 3 }];
  const follow = (group: string) => stream.subscribe({ group, process: async () => {} });
  const readers = await Promise.all(['indexer', ...parts.map(groupOf)].map(follow));
  const still = readers.pop();
  for (const reader of readers) await reader.close();
  const sharing = createSharing({ ...stream, repartition: async () => stream }, parts[1] as Part, () => {});
  const left = async () => {
    const { groups } = await stream.stats();
    return groups.map(({ group }) => group).sort();
  };
  await sharing.look(0);
  expect(await left()).toEqual(['anomaly.1-of-2', 'anomaly.1-of-3', 'anomaly.2-of-2', 'indexer']);
  await still?.close();
  await sharing.look(60_000);
  expect(await left()).toEqual(['anomaly.1-of-2', 'anomaly.2-of-2', 'indexer']);
  await wal.dispose();
});

const minute = 60_000;
const start = Date.UTC(2026, 4, 4);
const definition = defined(`
id: logons
title: Many log-ons
filter: 'event.category: authentication'
by: [user.name]
interval: 1m
delay: 0s
forest: { trees: 10, sample: 32 }
features:
  - { name: logons, aggregate: count, direction: above, min_absolute: 10 }
`);
const detecting = { definitions: [definition], normal: [], synthetic: [], memory: 2 ** 30 };

/** Twelve users log on twice a minute; every fourth of them far more often in the 46th. */
const batchAt = (step: number) => {
  const times = (user: number) => (step === 45 && user % 4 === 0 ? 60 : 2);
  const events = Array.from({ length: 12 }, (_, user) =>
    Array.from({ length: times(user) }, (_, i) => ({
      ...{ time: start + step * minute + 900 * i, category: 'authentication', user: `user${user}` },
    })),
  ).flat();
  return taken(
    events.sort((a, b) => a.time - b.time),
    step,
  );
};
const batches = Array.from({ length: 48 }, (_, step) => batchAt(step));

it('looks at each entity in one part, which says of it what one process would say', () => {
  const engineOf = (part?: Part) => {
    const engine = createEngine(openKept(':memory:'), (reason) => {
      throw new Error(reason);
    });
    engine.load({ ...detecting, ...(part && { part }) });
    const found = batches.flatMap((batch) => [...engine.take(batch)].flat());
    return { engine, found, known: engine.state().detectors.logons?.known ?? 0 };
  };
  const parts = [1, 2, 3].map((number) => ({ number, of: 3 }));
  const one = engineOf();
  const several = parts.map(engineOf);
  expect(one.found.filter(({ found }) => found !== undefined)).toHaveLength(3);
  const by = ({ result }: (typeof one.found)[number]) => `${result.entity} ${result.from}`;
  const sorted = (found: typeof one.found) => found.toSorted((a, b) => (by(a) < by(b) ? -1 : 1));
  expect(sorted(several.flatMap(({ found }) => found))).toEqual(sorted(one.found));
  expect(several.reduce((sum, { known }) => sum + known, 0)).toBe(one.known);
  for (const { known } of several) expect(known).toBeGreaterThan(0);
  expect(new Set(parts.map(groupOf)).size).toBe(3);

  // One that becomes a part of several has done with the others.
  one.engine.load({ ...detecting, part: parts[0] as Part });
  expect(one.engine.state().detectors.logons?.active).toBe(several[0]?.known);
  // Those that come back go on with whole intervals, and rest again after empty ones.
  const entities = () => one.engine.entities('logons', { classes: 'all', limit: 20 }) ?? [];
  const away = new Map(
    entities().flatMap(({ values: [user], active, seen }) => (active ? [] : [[user, seen]])),
  );
  expect(away.size).toBe(one.known - (several[0]?.known as number));
  one.engine.load(detecting);
  for (const _ of one.engine.take(batchAt(60)));
  for (const _ of one.engine.advance(start + 200 * minute));
  const told = entities().map(({ values: [user], seen }) => seen - (away.get(user) ?? Number.NaN));
  expect(new Set(told.filter(Number.isFinite))).toEqual(new Set([1 + definition.idle_after]));
  for (const { engine } of [one, ...several]) engine.close();
});
