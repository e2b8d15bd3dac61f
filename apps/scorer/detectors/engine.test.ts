import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { defined } from './definition.fixture.ts';
import { createEngine, type Engine } from './engine.ts';
import { openKept } from './kept.ts';
import { taken } from './taken.fixture.ts';
import type { Finding } from './watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-detectors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const minute = 60_000;
const start = Date.UTC(2026, 4, 4);
const users = 40;
const steps = 48;

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
  - { name: hosts, aggregate: cardinality, field: host.name }
`);

const open = (file = ':memory:', budget = 2 ** 30): Engine => {
  const engine = createEngine(openKept(file), (reason) => {
    throw new Error(reason);
  });
  engine.load({ definitions: [definition], normal: [], synthetic: [], memory: budget });
  return engine;
};

const all = (slices: Iterable<readonly Finding[]>): Finding[] => [...slices].flat();

/** One to three log-ons of each user a minute; of `user-7` forty in the 43rd. */
function* minutes(to = steps, of = users) {
  let random = 1;
  for (let step = 0; step < to; step++) {
    const events = [];
    for (let user = 0; user < of; user++) {
      random = (random * 48_271) % 2_147_483_647;
      const times = user === 7 && step === 42 ? 40 : 1 + (random % 3);
      for (let i = 0; i < times; i++)
        events.push({
          time: start + step * minute + i * 500,
          category: 'authentication',
          user: `user-${user}`,
          host: `web${i % 2}`,
        });
    }
    yield events;
  }
}

it('finds the spike of one among many, and nobody else, saying what was expected', () => {
  const engine = open();
  const findings: Finding[] = [];
  let offset = 0;
  for (const events of minutes()) findings.push(...all(engine.take(taken(events, offset++))));
  const alerts = findings.filter(({ found }) => found !== undefined);
  expect(alerts.map(({ result }) => [result.entity, result.from])).toEqual([
    [['user-7'], start + 42 * minute],
  ]);
  const { result, found } = alerts[0] as Required<Finding>;
  expect(found.count).toBe(1);
  expect(result.features.map(({ name, actual }) => [name, actual])).toEqual([
    ['logons', 40],
    ['hosts', 2],
  ]);
  expect(result.features[0]!.expected).toBeGreaterThanOrEqual(0.5);
  expect(result.features[0]!.expected).toBeLessThanOrEqual(3.5);
  const sum = result.features.reduce((all, { contribution }) => all + contribution, 0);
  expect(Math.abs(sum / result.score - 1)).toBeLessThan(0.01);
  expect(result.features[0]!.contribution).toBeGreaterThan(result.features[1]!.contribution);
  expect(engine.state().detectors.logons).toMatchObject({
    known: users,
    active: users,
    graded: users,
    late: 0,
  });
});

it('goes on bit for bit from what was saved, whatever came since, and with forests put aside all the time', () => {
  const batches = [...minutes(steps, 12)].map((events, i) => taken(events, i));
  const whole = open();
  const said = batches.map((batch) => all(whole.take(batch)));
  expect(said.flat().length).toBeGreaterThan(0);
  // Forests of three are in memory, and the others wake for each interval; or all are, and their values are noted.
  for (const [stop, budget] of [
    [27, 120_000],
    [42, 2 ** 30],
  ] as const) {
    const file = join(folder, `${stop}`, 'detectors.db');
    const engine = open(file, budget);
    for (const [i, batch] of batches.slice(0, stop).entries()) {
      all(engine.take(batch));
      if (i % 8 === 0) engine.save();
    }
    expect(engine.state().resident < 5).toBe(budget < 2 ** 30);
    // What a killed process leaves: the files as they are in mid-transaction.
    const image = join(folder, `${stop} after`);
    cpSync(join(folder, `${stop}`), image, { recursive: true });
    const after = open(join(image, 'detectors.db'), budget);
    const next = after.positions.get(0) as number;
    expect(next).toBeGreaterThan(stop - 9);
    expect(next).toBeLessThan(stop);
    expect(batches.slice(next).map((batch) => all(after.take(batch)))).toEqual(said.slice(next));
    after.close();
    engine.close();
  }
});

it('keeps what was said of the last intervals, for those who may see the entity, and holds back what is normal', () => {
  const file = join(folder, 'said.db');
  const engine = createEngine(openKept(file), () => {});
  const features = ['logons', 'hosts'].map(
    (feature) => ({ feature, direction: 'both', absolute: 100 }) as const,
  );
  const normal = { detector: 'logons', entity: ['user-7'], features };
  engine.load({ definitions: [definition], normal: [normal], synthetic: [], memory: 2 ** 30 });
  const findings = [...minutes(steps, 9)].flatMap((events, at) => all(engine.take(taken(events, at))));
  const spike = findings.find(({ result }) => result.entity[0] === 'user-7');
  expect(spike).toMatchObject({ result: { suppressed: 'normal', from: start + 42 * minute } });

  const rows = engine.entities('logons', { text: 'SER-7', classes: 'all', limit: 10 });
  expect(rows).toMatchObject([{ values: ['user-7'], active: true, seen: 47 }]);
  const said = engine.said('logons', ['user-7'], 'all') ?? [];
  const [score, grade, logons, hosts, expected] = said.find(
    ({ at }) => at * minute === start + 42 * minute,
  )!.numbers;
  expect([logons, hosts]).toEqual([40, 2]);
  expect([score, grade, expected]).toEqual(
    [spike!.result.score, spike!.result.grade, spike!.result.features[0]!.expected as number].map(
      Math.fround,
    ),
  );
  expect(said).toHaveLength(47);

  const shown = rows![0]!;
  expect(engine.said('logons', ['user-7'], [shown.dataClass])).toHaveLength(47);
  expect(engine.said('logons', ['user-7'], ['other'])).toBeUndefined();
  expect(engine.entities('logons', { classes: ['other'], limit: 10 })).toEqual([]);
  expect(engine.entities('absent', { classes: 'all', limit: 10 })).toBeUndefined();
  engine.close();
});

it('forgets who came once for who comes now, where no more entities may be known, and nobody whom it grades', () => {
  const engine = createEngine(openKept(':memory:'), (reason) => {
    throw new Error(reason);
  });
  const few = { ...definition, max_entities: 12, idle_after: 2 };
  engine.load({ definitions: [few], normal: [], synthetic: [], memory: 2 ** 30 });
  const logon = (step: number, user: string) => ({
    ...{ time: start + step * minute, category: 'authentication', user, host: 'web1' },
  });
  let offset = 0;
  const tell = (step: number, ...users: string[]) =>
    all(
      engine.take(
        taken(
          users.map((user) => logon(step, user)),
          offset++,
        ),
      ),
    );
  // Two who are graded, of whom one then stays away, and a new one each minute.
  for (let step = 0; step < 60; step++) tell(step, 'alice', ...(step < 40 ? ['bob'] : []), `guest-${step}`);
  const state = engine.state().detectors.logons;
  expect(state).toMatchObject({ leftOut: 0 });
  expect(state?.known).toBeLessThanOrEqual(12);
  const known = engine.entities('logons', { classes: 'all', limit: 20 })?.map(({ values }) => values[0]);
  expect(known).toEqual(expect.arrayContaining(['alice', 'bob', 'guest-59']));
  expect(known).not.toContain('guest-3');
  // All of whom were there a moment ago: nobody can make room.
  tell(61, ...Array.from({ length: 14 }, (_, i) => `crowd-${i}`));
  expect(engine.state().detectors.logons?.leftOut).toBeGreaterThan(0);
  engine.close();
});
