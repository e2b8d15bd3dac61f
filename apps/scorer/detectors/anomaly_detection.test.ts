import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Alert, EcsEvent, ForestExplanation } from '@tidewatch/event';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import type { Stream } from '@tidewatch/stream';
import { copyLog, openTestWal } from '@tidewatch/stream/wal/testing';
import { createLogger, createMetrics } from '@tidewatch/telemetry';
import { isDerived } from '@tidewatch/window';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { type AnomalyDetection, startAnomalyDetection } from './anomaly_detection.ts';
import { defined } from './definition.fixture.ts';
import { eventOf } from './taken.fixture.ts';

const minute = 60_000;
/** Sources that were not heard of for minutes would count as idle. */
const start = Math.floor(Date.now() / minute) * minute - 62 * minute;
const worker = bundled(new URL('./mortal_worker.fixture.ts', import.meta.url));
const classes = parseDataClasses(`
classes:
  authentication: { description: log-ons, ttl: 900d, readers: [analyst] }
  scores: { description: scores, ttl: 30d, readers: [analyst] }
approvals: []
`);

const definition = defined(`
id: logons
title: Many log-ons
level: high
filter: 'event.category: authentication'
by: [user.name]
interval: 1m
delay: 30s
forest: { trees: 20, sample: 64 }
features:
  - { name: logons, aggregate: count, direction: above, min_absolute: 10 }
`);

let folder: string;
let wal: Awaited<ReturnType<typeof openTestWal>>;
let store: Awaited<ReturnType<typeof openDuckDbStore>>;
let events: Stream;
const running: AnomalyDetection[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-anomaly-'));
  wal = await openTestWal({ partitions: 1 });
  events = await wal.log.open('events');
  store = await openDuckDbStore({ directory: join(folder, 'store'), classes });
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.close().catch(() => {});
  await wal.dispose();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function detect(
  stream: Stream,
  file: string,
  effects: string[] = [],
  { states = [], errors = [] }: { states?: (string | undefined)[]; errors?: string[] } = {},
): Promise<AnomalyDetection> {
  const detection = await startAnomalyDetection({
    ...{ events: stream, alerts: store.alerts, file, worker },
    detecting: { definitions: [definition], normal: [], synthetic: [], memory: 2 ** 28 },
    classes: () =>
      Object.fromEntries(classes.all.map(({ name, ttlMs, synthetic }) => [name, { ttlMs, synthetic }])),
    metrics: createMetrics({ process: false }),
    log: createLogger({ level: 'error', destination: { write: (line) => void errors.push(line) } }),
    onAlerts: (changed) => effects.push(...changed.map(({ effect }) => effect)),
    onState: (reason) => states.push(reason),
    saveEveryMs: 50,
    restartAfterMs: 50,
  });
  running.push(detection);
  return detection;
}

/** Two log-ons of each of eight a minute; of one thirty in the 56th. */
async function send(to: Stream, from: number, until: number): Promise<void> {
  for (let step = from; step < until; step++) {
    const happened = Array.from({ length: 8 }, (_, user) =>
      Array.from({ length: user === 3 && step === 56 ? 30 : 2 + ((step * (user + 1)) % 3) }, (_, i) => ({
        time: start + step * minute + i * 1_000,
        category: 'authentication',
        user: `user-${user}`,
        ingested: Date.now(),
      })),
    );
    await to.append(
      happened.flat().map((one) => ({ key: 'vpn', value: Buffer.from(JSON.stringify(eventOf(one))) })),
    );
  }
}

async function alerts(): Promise<readonly Alert[]> {
  const scope = { principal: 'tests', dataClasses: 'all' } as const;
  const range = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const { items } = await store.alerts.search({ range, sort: 'oldest', limit: 100 }, scope);
  return Promise.all(items.map(async ({ id }) => (await store.alerts.get(id, scope)) as Alert));
}

async function scores(stream: Stream): Promise<readonly EcsEvent[]> {
  const all = await stream.read({ partition: 0, offset: 0 }, 10_000);
  return all.filter(isDerived).map(({ value }) => JSON.parse(Buffer.from(value).toString()) as EcsEvent);
}

it('makes one alert of a spike, with what was expected, and keeps what it found as scores', async () => {
  const detection = await detect(events, join(folder, 'detectors.db'));
  await send(events, 0, 60);
  await detection.drain();
  const [alert, ...others] = await alerts();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    key: [{ field: 'user.name', value: 'user-3' }],
    detector: { engine: 'forest', id: 'logons', level: 'high' },
    summary: 'Many log-ons on user-3',
    dataClass: 'authentication',
    count: 1,
  });
  const { explanation, event } = alert!.matches[0]!;
  const { interval, features, score } = explanation as ForestExplanation;
  expect(interval).toEqual({ from: start + 56 * minute, to: start + 57 * minute });
  expect(features[0]).toMatchObject({ name: 'logons', actual: 30 });
  expect(Math.abs(features[0]!.contribution! / score - 1)).toBeLessThan(0.01);
  const kept = await scores(events);
  expect(kept.find((one) => one.event.id === event.event.id)).toMatchObject({
    event: { dataset: 'tidewatch.scores' },
    user: { name: 'user-3' },
    tidewatch: { data_class: 'scores', score: { engine: 'forest', name: 'logons', value: score } },
  });
  const state = await detection.state();
  expect(state?.detectors.logons).toMatchObject({ known: 8, graded: 8, late: 0, leftOut: 0 });
  const over = Date.now() + minute;
  await detection.forgetting(async ({ due, expire }) => {
    expect(await due('authentication', start)).toBe(0);
    expect(await due('another', over)).toBe(0);
    expect([await due('authentication', over), await expire('authentication', over)]).toEqual([8, 8]);
  });
  expect((await detection.state())?.detectors.logons).toMatchObject({ known: 0 });
});

it('forgets while no detector is in force, too, and goes on where one is again', async () => {
  const file = join(folder, 'detectors.db');
  const none = { definitions: [], normal: [], synthetic: [], memory: 2 ** 28 };
  const detection = await detect(events, file);
  await send(events, 0, 40);
  await detection.drain();
  const { events: taken } = (await detection.state())?.detectors.logons ?? {};
  await detection.reload(none);
  expect(await detection.state()).toBeUndefined();
  const counts: number[] = [];
  await detection.forgetting(async ({ due, expire }) => {
    for (const forget of [due, expire, due]) counts.push(await forget('authentication', Date.now()));
  });
  expect(counts).toEqual([8, 8, 0]);
  // One comes into force while the file is asked.
  const asked = detection.forgetting(
    async ({ due }) => void counts.push(await due('authentication', Date.now())),
  );
  await detection.reload({ ...none, definitions: [definition] });
  await asked;
  expect(counts.at(-1)).toBe(0);
  expect((await detection.state())?.detectors.logons).toMatchObject({ known: 0, events: taken });
  await send(events, 40, 42);
  await detection.drain();
  await detection.reload(none);
  await detection.forgetting(async ({ classes, due, forget }) => {
    expect(await classes('logons')).toEqual({ authentication: 8 });
    for (const dataClass of ['another', 'authentication']) counts.push(await forget('logons', dataClass));
    counts.push(await due('authentication', Date.now()));
  });
  expect(counts.slice(-3)).toEqual([0, 8, 0]);
});

it('finds after a crash in mid-interval what it would have found, and opens no alert twice', async () => {
  const effects: string[] = [];
  const before = await detect(events, join(folder, 'a', 'detectors.db'), effects);
  await send(events, 0, 59);
  // The alert is there; whether the file is up to date with it is left to chance.
  while (effects.length === 0) await setTimeout(2);
  const image = join(folder, 'b');
  await copyLog(join(folder, 'a'), image);
  const after = await (await wal.crash()).open('events');
  running.splice(0);
  await before.close();

  const again = await detect(after, join(image, 'detectors.db'), effects);
  await send(after, 59, 62);
  await again.drain();
  expect(effects.filter((effect) => effect === 'created')).toHaveLength(1);
  expect((await alerts()).map(({ count }) => count)).toEqual([1]);
  const state = (await again.state())?.detectors.logons;
  expect(state).toMatchObject({ known: 8, late: 0, furthest: 60, alerts: 1 });
  // What was scored again has the id that it had.
  const ids = (await scores(after)).map(({ event }) => event.id);
  expect(new Set(ids).size).toBe(state!.results);
});

it('starts a thread that is lost again, and goes on as if nothing had happened', async () => {
  const effects: string[] = [];
  const states: (string | undefined)[] = [];
  const errors: string[] = [];
  const detection = await detect(events, join(folder, 'detectors.db'), effects, { states, errors });
  await send(events, 0, 40);
  await detection.drain();
  await writeFile(join(folder, 'end'), '');
  await send(events, 40, 62);
  while (states.length < 2) await setTimeout(2);
  await expect(detection.state()).rejects.toMatchObject({ code: 'DETECTORS_AWAY' });
  // What comes into force meanwhile does so with the next thread, of which there is one.
  const changed = { ...definition, title: 'Log-ons' };
  await detection.reload({ definitions: [changed], normal: [], synthetic: [], memory: 2 ** 28 });
  await detection.drain();
  expect(states).toEqual([undefined, expect.stringContaining('exit code 3'), undefined]);
  expect(effects.filter((effect) => effect === 'created')).toHaveLength(1);
  expect((await alerts()).map(({ count, detector }) => [count, detector.title])).toEqual([[1, 'Log-ons']]);
  const state = (await detection.state())?.detectors.logons;
  expect(state).toMatchObject({ known: 8, late: 0, furthest: 60, alerts: 1 });
  await detection.close();
  expect(errors).toEqual([expect.stringContaining('The thread of the detectors ended')]);
});

it('learns a batch once that failed in its middle, and finds what it would have found', async () => {
  const states: (string | undefined)[] = [];
  const sound = await detect(events, join(folder, 'a', 'detectors.db'));
  await send(events, 0, 62);
  await sound.drain();
  const expected = (await scores(events)).map(({ tidewatch }) => tidewatch.score);
  await sound.close();
  const other = await wal.log.open('others');
  const failing = await detect(other, join(folder, 'b', 'detectors.db'), [], { states });
  await send(other, 0, 40);
  await failing.drain();
  await writeFile(join(folder, 'b', 'full'), '');
  await send(other, 40, 62);
  while (states.length < 3) await setTimeout(2);
  await failing.drain();
  expect(states).toEqual([undefined, expect.stringContaining('disk is full'), undefined]);
  const found = new Map((await scores(other)).map(({ event, tidewatch }) => [event.id, tidewatch.score]));
  expect([...found.values()]).toEqual(expected);
});
