import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type EngineConfig, type EngineEvents } from './engine.ts';
import { type Kept, openKept } from './keeper.ts';
import type { Labels, Target } from './targets.ts';

const minute = 60;
const day = 86_400;
const begin = Date.UTC(2026, 2, 2) / 1_000;

let folder: string;
/** What was opened: a crash closes files without a last word, too. */
let opened: Kept[];
const logged: string[] = [];
const events: EngineEvents = {
  log: (_level, _fields, message) => void logged.push(message),
  fitted: () => {},
  queried: () => {},
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidewatch-forecaster-'));
  logged.length = 0;
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((kept) => kept.close()));
  rmSync(folder, { recursive: true });
});

const target: Target = {
  name: 'events',
  from: { series: 'events_per_minute' },
  direction: 'both',
  leastAbsolute: 0,
  leastRelative: 0,
  step: minute,
  seasons: [day],
  maxSeries: 3,
};
async function open(config: Partial<EngineConfig> = {}, now = begin, where = folder) {
  const kept = await openKept(where, now, (file) => logged.push(`damaged ${file}`));
  opened.push(kept);
  return createEngine({ targets: [target], maxSeries: 500, ...config }, kept, events);
}

/** A day's rise and fall, and what looks like chance. */
const valueAt = (time: number): number =>
  100 + 50 * Math.sin((2 * Math.PI * time) / day) + 5 * Math.sin(time * 12.9898) * Math.cos(time * 78.233);
const sample = (time: number, labels: Labels = {}, value = valueAt(time)) => [
  { target: 'events', rows: [{ labels, value }] },
];
const hosts = (names: readonly string[], value: number) => [
  { target: 'events', rows: names.map((host) => ({ labels: { host }, value })) },
];

describe('a series', () => {
  it('is forecast by its day after two of them, and says so', async () => {
    const engine = await open();
    const end = begin + 3 * day;
    for (let time = begin; time <= end; time += minute) engine.take(time, sample(time));
    await engine.refit(end);
    const [figures] = engine.overview(end).series;
    expect(figures).toMatchObject({ name: 'events', state: 'ready', season: day, actual: valueAt(end) });
    for (const [horizon, lead] of [
      ['1h', 3_600],
      ['24h', day],
    ] as const) {
      const { expected, inner, outer } = figures?.ahead[horizon] ?? {};
      expect(expected).toBeCloseTo(100 + 50 * Math.sin((2 * Math.PI * (end + lead)) / day), -1);
      expect([outer?.[0], inner?.[0], expected, inner?.[1], outer?.[1]]).toEqual(
        [outer?.[0], inner?.[0], expected, inner?.[1], outer?.[1]].sort((a = 0, b = 0) => a - b),
      );
    }
    expect(figures?.coverage['0.99']['1d']).toBeGreaterThan(0.97);
    let score = 0;
    for (let time = end + minute; time <= end + 6 * minute; time += minute) {
      engine.take(time, sample(time, {}, 400));
      score = Math.max(score, engine.overview(time).series[0]?.score ?? 0);
    }
    expect(score).toBeGreaterThan(1);
  });

  it('says how far off it was beside seasonal-naive, and what it waits for before', async () => {
    const engine = await open();
    engine.take(begin, sample(begin));
    await engine.refit(begin);
    expect(engine.overview(begin).series[0]).toMatchObject({ state: 'waiting', score: Number.NaN });
    const end = begin + 4 * day;
    for (let time = begin + minute; time <= end; time += minute) {
      engine.take(time, sample(time));
      if (time % 21_600 === 0) await engine.refit(time);
      if (time % 900 === 0) engine.overview(time);
      if (time === begin + 1_800 + minute) expect(engine.overview(time).series[0]?.state).toBe('waiting');
      if (time === begin + day)
        expect(engine.overview(time).series[0]).toMatchObject({
          state: 'learning',
          method: 'level',
          season: 0,
        });
    }
    const ratios = engine.overview(end).series[0]?.relativeError;
    expect(ratios?.['1h']['1d']).toBeGreaterThan(0);
    expect(ratios?.['1h']['1d']).toBeLessThan(1.1);
    expect(ratios?.['24h']['1d']).toBeLessThan(1.1);
  });

  it('names when it passes its limit, and is stale without values', async () => {
    const engine = await open({ targets: [{ ...target, direction: 'above', limit: 140 }] });
    const end = begin + 3 * day;
    for (let time = begin; time <= end; time += minute) engine.take(time, sample(time));
    await engine.refit(end);
    const [figures] = engine.overview(end).series;
    // The sine passes 40 of 50 where its angle is asin 0.8.
    const passes = end + (Math.asin(0.8) / (2 * Math.PI)) * day;
    expect(Math.abs((figures?.breach['0'] ?? 0) - passes)).toBeLessThan(1_800);
    expect(figures?.breach['0.99']).toBeLessThan(figures?.breach['0'] ?? 0);
    engine.take(end + minute, sample(end, {}, 141));
    expect(engine.overview(end + minute).series[0]?.breach['0']).toBe(end + minute);
    const later = engine.overview(end + 7 * minute).series[0];
    expect(later).toMatchObject({
      state: 'stale',
      actual: Number.NaN,
      score: Number.NaN,
      lastSample: end + minute,
    });
  });

  it('does not expect an incident to go on, and has bands for values rather than means', async () => {
    const engine = await open();
    const end = begin + 3 * day;
    for (let time = begin; time <= end; time += minute) engine.take(time, sample(time));
    await engine.refit(end);
    const calm = engine.overview(end).series[0]?.ahead['4h'];
    // The values themselves are up to 5 off their means.
    expect((calm?.outer[1] ?? 0) - (calm?.outer[0] ?? 0)).toBeGreaterThan(6);
    const later = end + 3_600;
    for (let time = end + minute; time <= later; time += minute) engine.take(time, sample(time, {}, 400));
    await engine.refit(later);
    const [figures] = engine.overview(later).series;
    expect(figures?.score).toBeGreaterThan(1);
    const wave = 100 + 50 * Math.sin((2 * Math.PI * (later + 4 * 3_600)) / day);
    expect(Math.abs((figures?.ahead['4h'].expected ?? 0) - wave)).toBeLessThan(10);
  });

  it('is at a new level when somebody says so, also after a restart', async () => {
    const slow = { targets: [{ ...target, step: 300 }] };
    let engine = await open(slow);
    const end = begin + 3 * day;
    const last = end + 3_600;
    for (let time = begin; time <= last; time += 300) {
      if (time === end) expect(engine.acknowledge('events')).toBe(false);
      engine.take(time, sample(time, {}, time > end ? 3 * valueAt(time) : valueAt(time)));
    }
    await engine.keep(last);
    expect(engine.overview(last).series[0]?.score).toBeGreaterThan(1);
    expect(engine.acknowledge('nothing')).toBeUndefined();
    expect(engine.acknowledge('events')).toBe(true);
    await engine.keep(last);
    engine = await open(slow, last);
    const next = last + 300;
    engine.take(next, sample(next, {}, 3 * valueAt(next)));
    expect(engine.overview(next).series[0]?.score).toBeLessThan(1);
  });

  it('does not take values of times that were, and bridges a gap', async () => {
    const engine = await open();
    for (const time of [0, 1, 2, 2, 1, 600, 601])
      engine.take(begin + time * minute, sample(begin + time * minute, {}, time));
    const detail = engine.detail('events', begin, begin + 601 * minute, 1_000);
    expect([...(detail?.actual ?? [])].filter((value) => !Number.isNaN(value))).toEqual([0, 1, 2, 600, 601]);
    expect(detail?.times.length).toBe(602);
  });
});

describe('clocks that change', () => {
  /** What people in Vienna do by their clocks, each quarter of an hour. */
  const change = Date.UTC(2026, 2, 29) / 1_000;
  const quarter = 900;
  const local = (time: number) => time + (time >= change + 3_600 ? 7_200 : 3_600);
  const usual = (time: number) => 100 + 50 * Math.sin((2 * Math.PI * local(time)) / day);
  async function errorOf(zone: string | undefined, where: string): Promise<number> {
    const engine = await open(
      { targets: [{ ...target, step: quarter, ...(zone !== undefined && { zone }) }] },
      change,
      join(folder, where),
    );
    for (let time = change - 6 * day; time <= change; time += quarter)
      engine.take(time, sample(time, {}, usual(time)));
    await engine.refit(change);
    const { future } = engine.detail('events', change, change, 100) ?? {};
    expect(future?.times.at(-1)).toBeGreaterThan(change + day);
    const errors = Array.from(future?.times ?? [], (time, i) =>
      time > change + 2 * 3_600 ? Math.abs((future?.expected[i] ?? Number.NaN) - usual(time)) : 0,
    );
    return Math.max(...errors);
  }

  it('move nothing of what is forecast where the zone is known, and an hour where it is not', async () => {
    expect(await errorOf('Europe/Vienna', 'known')).toBeLessThan(3);
    expect(await errorOf(undefined, 'unknown')).toBeGreaterThan(10);
  });
});

describe('what is kept', () => {
  it('goes on after kill -9 as if nothing had been', async () => {
    const end = begin + 2 * day + 37 * minute;
    const undisturbed = await open({}, begin, mkdtempSync(join(folder, 'other-')));
    let engine = await open();
    for (let time = begin; time <= end; time += minute) {
      for (const one of [undisturbed, engine]) one.take(time, sample(time));
      // Files were written at the hour; all that came since is in the journal.
      if (time > end - 2 * 3_600) await engine.keep(time);
    }
    engine = await open({}, end);
    const next = end + minute;
    for (const one of [undisturbed, engine]) {
      one.take(next, sample(next));
      await one.refit(next);
    }
    const [continued, whole] = [engine, undisturbed].map((one) => one.overview(next));
    expect(continued?.series).toEqual(whole?.series);
    expect(continued?.series[0]?.score).toBeGreaterThanOrEqual(0);
  }, 60_000);

  it('loses one damaged file and the torn end of the journal, and nothing else', async () => {
    const hours = begin + 3_600;
    let engine = await open();
    engine.take(hours, hosts(['a', 'b'], 1));
    await engine.keep(hours);
    for (let i = 1; i < 4; i++) {
      engine.take(hours + i * minute, hosts(['a', 'b'], i));
      await engine.keep(hours + i * minute);
    }
    const journal = join(folder, 'journal');
    writeFileSync(journal, readFileSync(journal).subarray(0, -5));
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.series'));
    const bytes = readFileSync(join(folder, file));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(folder, file), bytes);
    engine = await open({}, hours + 4 * minute);
    expect(logged).toEqual([`damaged ${file}`]);
    const { series } = engine.overview(hours + 4 * minute);
    expect(series).toHaveLength(1);
    expect(series[0]).toMatchObject({ values: 3, actual: 2 });
    // The journal goes on where it was whole.
    engine.take(hours + 4 * minute, sample(hours, { host: series[0]?.name.includes('a') ? 'a' : 'b' }, 9));
    await engine.keep(hours + 4 * minute);
    engine = await open({}, hours + 5 * minute);
    expect(engine.overview(hours + 5 * minute).series[0]?.actual).toBe(9);
  });
});

describe('limits', () => {
  it('leaves series out beyond them, counts these, and takes new ones when others ended', async () => {
    const engine = await open();
    engine.take(begin, hosts(['a', 'b', 'c', 'd', 'e'], 1));
    expect(engine.overview(begin)).toMatchObject({ leftOut: 2, gone: [] });
    expect(engine.overview(begin).series.map(({ name }) => name)).toEqual(
      ['a', 'b', 'c'].map((host) => `events{host="${host}"}`),
    );
    const end = begin + day;
    let before = engine.overview(begin);
    for (let time = begin + minute; time <= end; time += minute) {
      if (time === end) before = engine.overview(time);
      engine.take(time, hosts(['b', 'c', 'd'], 1));
    }
    const after = engine.overview(end);
    expect(after.gone).toEqual(['events{host="a"}']);
    // It was silent, which is a value of what is counted.
    expect(before.series.find(({ name }) => name.includes('"a"'))?.actual).toBe(0);
    engine.take(end + minute, hosts(['b', 'c', 'd', 'x'.repeat(1_000)], 1));
    const { series, leftOut } = engine.overview(end + minute);
    expect(series.map(({ name }) => name)).toEqual(['b', 'c', 'd'].map((host) => `events{host="${host}"}`));
    expect(leftOut).toBe(1);
  });
});
