import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Detector, Random } from '@tidewatch/forest';
import { parseDefinition } from '../../../apps/scorer/detectors/definition.ts';
import { createEngine, type Engine } from '../../../apps/scorer/detectors/engine.ts';
import { keyOf } from '../../../apps/scorer/detectors/entity.ts';
import { createFeatures } from '../../../apps/scorer/detectors/features.ts';
import { bytesOf, createForests } from '../../../apps/scorer/detectors/forests.ts';
import { openKept } from '../../../apps/scorer/detectors/kept.ts';
import { taken } from '../../../apps/scorer/detectors/taken.fixture.ts';
import { quantile, thousands } from '../report.ts';
import type { Add } from './forest.ts';

const resident = 10_000;
const known = 100_000;
/** Steps that the forests have seen: by then they have the size they keep. */
const learnt = 2_500;
const minute = 60_000;
const start = Date.UTC(2026, 4, 4);
const name = (user: number): string => `user-${user}`;

const read = parseDefinition(`
id: logons
title: Many log-ons
filter: 'event.category: authentication'
by: [user.name]
interval: 1m
delay: 0s
max_entities: 1000000
features: [{ name: logons, aggregate: count }]
`);
if (!read.ok) throw new Error(JSON.stringify(read.faults));
const { definition } = read;
const features = createFeatures(definition.features);

/** The bars of detectors over many entities (D1 to D3): memory, points a second, and what waking costs. */
export function detectorsBench(wanted: (id: string) => boolean, add: Add): void {
  if (!['D1', 'D2', 'D3'].some(wanted)) return;
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-detectors-bench-'));
  try {
    const file = join(folder, 'detectors.db');
    prepare(file);
    if (wanted('D1') || wanted('D2')) points(file, add);
    if (wanted('D2')) waking(file, add);
    if (wanted('D3')) passing(add);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of so many entities that are active, with a forest each, and the others put aside. */
function prepare(file: string): void {
  const random = new Random(1);
  const { trees, sample, shingle } = definition.forest;
  const forest = new Detector({ shingle, trees, sampleSize: sample, seed: 1, boxes: false });
  for (let step = 0; step < learnt; step++) forest.observe([Math.floor(10 * random.next())]);
  const state = forest.save();
  // The detector's own row first: what has none begins anew.
  const engine = engineOn(file, 2 ** 31);
  engine.save();
  engine.close();
  const kept = openKept(file);
  for (let user = 0; user < known; user++) {
    const id = kept.newId();
    const entity = {
      ...{ id, values: [name(user)], dataClass: 'authentication', next: start / minute, seen: learnt },
      ...{ empty: 0, newest: start, previous: [4], open: new Map(), found: undefined, noted: 0 },
    };
    kept.put(definition.id, keyOf(entity.values, undefined), entity, user < resident, features);
    if (user < resident) kept.putForest(id, state);
    if (user % 1_000 === 0) kept.commit();
  }
  kept.commit();
  kept.close();
}

function engineOn(file: string, memory: number): Engine {
  const engine = createEngine(openKept(file), (reason) => {
    throw new Error(reason);
  });
  engine.load({ definitions: [definition], normal: [], synthetic: [], memory });
  return engine;
}

/**
 * One event of every active entity in an interval, which ends the interval before. Answers microseconds of CPU an entity.
 *
 * @param told with each slice of what is found
 */
function interval(engine: Engine, step: number, told: () => void = () => {}): number {
  const events = Array.from({ length: resident }, (_, user) => ({
    time: start + step * minute + user,
    category: 'authentication',
    user: name(user),
  }));
  const batch = taken(events, step);
  const began = process.cpuUsage();
  for (const _ of engine.take(batch)) told();
  engine.save();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / resident;
}

const fastest = (engine: Engine, from: number, count: number): number =>
  1e6 / Math.min(...Array.from({ length: count }, (_, i) => interval(engine, from + i)));

function points(file: string, add: Add): void {
  const before = process.memoryUsage();
  const began = performance.now();
  const engine = engineOn(file, 2 ** 31);
  const shown = performance.now() - began;
  interval(engine, 0);
  const woke = performance.now();
  let first = 0;
  interval(engine, 1, () => {
    first ||= shown + performance.now() - woke;
  });
  const last = shown + performance.now() - woke;
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  const stood = engine.state();
  if (stood.resident !== resident || stood.detectors.logons?.known !== known)
    throw new Error(`${stood.resident} forests are resident.`);
  const figure = `${thousands(bytes / 2 ** 20)} MiB, ${thousands(stood.memory / 2 ** 20)} MiB by the estimate`;
  const what = `${thousands(resident)} forests of 30 × 128 × 8 resident, ${thousands(known)} entities known`;
  add('D1', what, figure, '≤ 1 GiB', bytes <= 2 ** 30);
  const seconds = (time: number) => `${(time / 1_000).toFixed(1)} s`;
  const figures = `${seconds(first)}, of which ${seconds(shown)} until the file is read; until those of all are: ${seconds(last)}`;
  const waits =
    'after a crash, by the clock: until first scores are there, of an interval of all of them, none being in memory';
  add('D1', waits, figures, '≤ 5 s', first <= 5_000);
  add(
    'D1',
    'points a second of CPU, all resident, counting, noting and saving included',
    thousands(fastest(engine, 2, 3)),
  );
  engine.close();
  const tight = engineOn(file, 0.99 * resident * bytesOf(definition));
  interval(tight, 5);
  add('D1', 'the same with 1 % waking', thousands(fastest(tight, 6, 3)));
  tight.close();
}

/** Forests that wake from the file, as it is after a while: with values noted since they were saved. */
function waking(file: string, add: Add): void {
  const kept = openKept(file);
  const forests = createForests(kept, (reason) => {
    throw new Error(reason);
  });
  forests.within(bytesOf(definition));
  const times: number[] = [];
  const computed: number[] = [];
  for (const [i, [, entity]] of kept.active(definition.id, features).slice(0, 1_200).entries()) {
    const [began, used] = [performance.now(), process.cpuUsage()];
    forests.of(entity, definition, 1);
    const { user, system } = process.cpuUsage(used);
    if (i < 200) continue;
    times.push(performance.now() - began);
    computed.push((user + system) / 1_000);
  }
  kept.close();
  const late = quantile(computed, 0.99);
  const figure = `${late.toFixed(1)} ms, median ${quantile(computed, 0.5).toFixed(1)} ms; by the clock ${quantile(times, 0.99).toFixed(1)} ms`;
  add('D2', 'a forest wakes, CPU: p99', figure, '≤ 10 ms', late <= 10);
}

function passing(add: Add): void {
  const engine = engineOn(':memory:', 2 ** 28);
  const time = (round: number) => {
    const events = Array.from({ length: 50_000 }, (_, i) => ({
      time: start + round + i,
      category: 'process',
      host: 'web1',
      dataClass: 'hosts',
    }));
    const batch = taken(events, round);
    const began = process.cpuUsage();
    for (const _ of engine.take(batch));
    const { user, system } = process.cpuUsage(began);
    return (user + system) / events.length;
  };
  const figure = Math.min(...Array.from({ length: 5 }, (_, round) => time(round)));
  add('D3', 'an event that no detector looks at, CPU of the thread', `${figure.toFixed(2)} µs`);
  engine.close();
}
