import { openTestWal } from '@tidewatch/stream/wal/testing';
import { createMetrics } from '@tidewatch/telemetry';
import { expect, it } from 'vitest';
import { defined } from './definition.fixture.ts';
import { createEngine } from './engine.ts';
import { openKept } from './kept.ts';
import { createSharing, groupOf, type Part, whole } from './sharing.ts';
import { taken } from './taken.fixture.ts';

const minute = 60_000;

/** A log that processes share, in which each part has so many. */
async function sharedLog() {
  const wal = await openTestWal({ partitions: 1 });
  const stream = await wal.log.open('events');
  const processes = new Map<string, number>();
  const readers = async (groups: readonly string[]) =>
    new Map(groups.map((group) => [group, processes.get(group) ?? 0]));
  return { stream, shared: { ...stream, readers }, processes, dispose: () => wal.dispose() };
}
const halves = [1, 2].map((number) => ({ number, of: 2 })) as [Part, Part];

it('says once that a part has no process, or several, and once that each has one', async () => {
  const { stream, shared, processes, dispose } = await sharedLog();
  const told: (string | undefined)[] = [];
  const tell = (reason: string | undefined) => void told.push(reason);
  const alone = createSharing(stream, whole, createMetrics({ process: false }), tell);
  for (let i = 1; i < 4; i++) await alone.look(i * minute, null);
  expect(told).toEqual([]);

  const metrics = createMetrics({ process: false });
  const one = createSharing(shared, halves[0], metrics, tell);
  let now = 0;
  const look = (first: number, second: number, after = minute) => {
    processes.set(groupOf(halves[0]), first).set(groupOf(halves[1]), second);
    now += after;
    return one.look(now, null);
  };
  // The other one starts later, and is started anew.
  for (const second of [0, 1, 0, 1]) await look(1, second);
  // Not within a minute.
  await look(1, 0);
  for (let i = 0; i < 3; i++) await look(1, 0, 10_000);
  expect(told).toEqual([]);
  for (let i = 0; i < 3; i++) await look(1, 0);
  const counted = await metrics.series('anomaly_part_processes');
  expect(counted.map(({ labels, value }) => [labels.part, value])).toEqual([
    ['1/2', 1],
    ['2/2', 0],
  ]);
  for (let i = 0; i < 3; i++) await look(2, 1);
  for (let i = 0; i < 3; i++) await look(1, 1);
  expect(told).toEqual([
    expect.stringMatching(/^No process looks at part 2\/2/),
    expect.stringMatching(/^Several processes look at part 1\/2/),
    undefined,
  ]);
  await dispose();
});

it('takes for complete what the other parts have read, too', async () => {
  const { stream, shared, dispose } = await sharedLog();
  const quiet = () => createMetrics({ process: false });
  expect(createSharing(stream, whole, quiet(), () => {}).complete(7)).toBe(7);
  // Of the other part's oldest record that is not read; of a group that is none of these nothing is awaited.
  let seconds = 0;
  const stats = async () => ({
    ...(await stream.stats()),
    groups: [
      { group: groupOf(halves[1]), records: seconds > 0 ? 9 : 0, seconds },
      { group: 'index', records: 9, seconds: 900 },
    ],
  });
  const sharing = createSharing({ ...shared, stats }, halves[0], quiet(), () => {});
  const told: (number | null)[] = [];
  for (const behind of [30, 90, 150, 59, 0]) {
    seconds = behind;
    await sharing.look(told.length * minute, 100 * told.length);
    told.push(sharing.complete(1_000));
  }
  // What it had when this one looked first, at 0, it has read when it is no further behind than that; and then the next.
  expect(told).toEqual([null, null, null, 0, 300]);
  await dispose();
});

it('forgets groups of another number of parts, which keep records that nobody reads for', async () => {
  const wal = await openTestWal({ partitions: 1 });
  const stream = await wal.log.open('events');
  const parts = [whole, { number: 1, of: 2 }, { number: 2, of: 2 }, { number: 1, of: 3 }];
  const follow = (group: string) => stream.subscribe({ group, process: async () => {} });
  const readers = await Promise.all(['indexer', ...parts.map(groupOf)].map(follow));
  const still = readers.pop();
  for (const reader of readers) await reader.close();
  const shared = { ...stream, readers: async () => new Map<string, number>() };
  const sharing = createSharing(shared, parts[1] as Part, createMetrics({ process: false }), () => {});
  const left = async () => {
    const { groups } = await stream.stats();
    return groups.map(({ group }) => group).sort();
  };
  await sharing.look(0, null);
  expect(await left()).toEqual(['anomaly.1-of-2', 'anomaly.1-of-3', 'anomaly.2-of-2', 'indexer']);
  await still?.close();
  await sharing.look(minute, null);
  expect(await left()).toEqual(['anomaly.1-of-2', 'anomaly.2-of-2', 'indexer']);
  await wal.dispose();
});

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
