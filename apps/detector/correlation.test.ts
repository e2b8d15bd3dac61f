import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventMatch } from '@tidewatch/event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, eventOf, hourMs, moment, openSite, recordOf, whoami, whoamiRule } from './detector.suite.ts';
import type { Detector } from './detector.ts';

const minute = 60_000;
const lateness = 5 * minute;
/** Longer than the clock's own ticks. */
const tick = 16_000;

let site: Awaited<ReturnType<typeof openSite>>;
let clock: Detector | undefined;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: moment });
  site = await openSite();
});
afterEach(async () => {
  await clock?.close();
  clock = undefined;
  await site.dispose();
  vi.useRealTimers();
});

/** Those that replace the store's promises do so before. */
const start = (): Promise<Detector> => site.startDetector({ alerts: site.alertStore });
/** Three times within five minutes on one host. */
const writeCorrelation = async (): Promise<void> => {
  await site.writeRule('whoami.yml', `${whoamiRule}name: whoami\n`);
  await site.writeRule(
    'often.yml',
    'title: Asked again and again\nid: 7d2a3cf0-5d25-4a55-8c0e-5a3c1f1e9b02\nlevel: medium\ncorrelation:\n  type: event_count\n  rules: [whoami]\n  group-by: [host.name]\n  timespan: 5m\n  condition: { gte: 3 }\n',
  );
};
/** Somebody asks who they are. */
const ask = (time: number, ingested = time, host = 'web01') =>
  site.events.append([
    recordOf(whoami(`${host}-${time}`, { '@timestamp': at(time), host: { name: host } }, ingested), host),
  ]);
const happened = (source: string, time: number, ingested = time) =>
  site.events.append([recordOf(eventOf(`${source}-${time}`, { '@timestamp': at(time) }, ingested), source)]);
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 8_000 });
const complete = (time: number) => eventually(() => expect(clock?.complete()).toBe(time));
/** Moves the clock on the wall, and lets what is due be done. */
const pass = (ms: number) => vi.advanceTimersByTime(ms);

/** Long enough for what must not happen: what only moves time on waits a second. */
const settle = () => sleep(1_300);

/** Alerts that are already there: a match in the hour of `time`. */
const find = (id: string, time: number) =>
  site.alertStore.apply([
    {
      ...{ id, time, bucketMs: hourMs, dataClass: 'infrastructure', event: whoami(id) },
      detector: { engine: 'sigma', id: 'rule', title: 'Found', level: 'high' },
      key: [{ field: 'host.name', value: 'web01' }],
      position: { partition: 0, offset: 1_000_000 + time / 1_000 },
      explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
    } satisfies EventMatch,
  ]);
const finalities = async () => (await site.alerts()).map(({ finality }) => finality);

describe('event time', () => {
  it('confirms an alert when event time has passed its hour and the allowed lateness', async () => {
    const hour = Math.floor(moment / hourMs) * hourMs;
    clock = await start();
    expect(clock.complete()).toBeUndefined();
    await find('m1', hour + minute);
    await happened('web', hour + hourMs + lateness - 1_000);
    await complete(hour + hourMs - 1_000);
    pass(tick);
    await settle();
    expect(await finalities()).toEqual(['provisional']);

    await happened('web', hour + hourMs + lateness);
    await complete(hour + hourMs);
    pass(tick);
    await eventually(async () => expect(await finalities()).toEqual(['confirmed']));

    await find('m2', hour + 2 * minute);
    expect(await finalities()).toEqual(['amended']);
  });

  it('waits for the slowest source, but not for one that has gone quiet', async () => {
    clock = await start();
    await happened('slow', moment - 30 * minute, moment);
    await happened('fast', moment);
    await complete(moment - 30 * minute - lateness);
    // A minute and a half of silence is none yet; after two the quiet source is declared idle in the stream.
    pass(90_000);
    await happened('fast', moment + 90_000);
    await settle();
    expect(clock.complete()).toBe(moment - 30 * minute - lateness);
    pass(40_000);
    await complete(moment + 90_000 - lateness);
    // Three events and one mark: a source that is idle is not declared again.
    pass(tick);
    await settle();
    expect((await site.events.stats()).partitions[0]?.next).toBe(4);
  });

  it('goes on with the wall’s time when all are quiet, and counts what comes too late after that', async () => {
    await writeCorrelation();
    clock = await start();
    await happened('web', moment);
    await complete(moment - lateness);
    pass(3 * minute);
    await eventually(() => expect(clock?.complete()).toBeGreaterThanOrEqual(moment + 2 * minute - lateness));
    // Its source is behind; what is old for that, too, is late.
    await ask(moment - lateness, moment + 3 * minute);
    await clock.drain();
    await ask(moment - 3 * lateness, moment + 3 * minute);
    const late = () => site.metrics.value('detection_late_events_total', { engine: 'correlation' });
    await eventually(async () => expect(await late()).toBe(1));
  });

  it('is not moved by a stamp of the far future, nor stopped by what is no event', async () => {
    clock = await start();
    await happened('web', Date.parse('2099-01-01T00:00:00Z'), moment);
    await complete(moment);
    await site.events.append([
      { key: 'web', value: Buffer.from('no JSON') },
      { key: 'web', value: Buffer.from('{"event":{"id":"x"},"tidewatch":{}}') },
    ]);
    await happened('web', moment + 10 * minute);
    await complete(moment + lateness);
  });

  it('knows after a restart how far it had come, and who is quiet', async () => {
    clock = await start();
    await happened('slow', moment - 30 * minute, moment);
    await happened('fast', moment);
    await complete(moment - 30 * minute - lateness);
    await clock.close();
    clock = await start();
    expect(clock.complete()).toBe(moment - 30 * minute - lateness);
    await happened('fast', moment + 3 * minute);
    pass(150_000);
    await complete(moment + 3 * minute - lateness);
  });
});

describe('correlations', () => {
  beforeEach(writeCorrelation);
  const correlated = async () =>
    (await site.alerts()).map(({ detector: { engine, title }, key, count, finality }) => ({
      engine,
      title,
      key,
      count,
      finality,
    }));
  const found = {
    engine: 'correlation',
    title: 'Asked again and again',
    key: [{ field: 'host.name', value: 'web01' }],
    count: 1,
    finality: 'provisional',
  };

  it('make one alert of several events, and none of each', async () => {
    clock = await start();
    await ask(moment);
    await ask(moment + minute, moment + minute, 'web02');
    await ask(moment + 2 * minute);
    await clock.drain();
    expect(await correlated()).toEqual([]);
    await ask(moment + minute);
    await clock.drain();
    expect(await correlated()).toEqual([found]);
    expect((await site.alerts())[0]?.matches).toMatchObject([
      {
        time: moment + 2 * minute,
        explanation: {
          engine: 'correlation',
          events: 3,
          from: moment,
          to: moment + 2 * minute,
          rules: [{ title: 'Somebody asks who they are' }],
          sample: [{ time: moment }, { time: moment + minute }, { time: moment + 2 * minute }],
        },
      },
    ]);
    expect(clock.rules()).toMatchObject([
      { title: 'Somebody asks who they are', silent: true, matches: 4, lastMatch: moment + 2 * minute },
      { title: 'Asked again and again', state: 'loaded', matches: 1, logsource: 'correlation/event_count' },
    ]);
  });

  it('go on in the middle of a window when they are started again', async () => {
    clock = await start();
    await ask(moment);
    await ask(moment + minute);
    await clock.drain();
    await clock.close();
    await ask(moment + 2 * minute);
    clock = await start();
    await clock.drain();
    expect(await correlated()).toEqual([found]);
    await ask(moment + 3 * minute);
    await clock.close();
    clock = await start();
    await clock.drain();
    expect(await correlated()).toEqual([found]);
    expect((await site.alerts())[0]?.matches[0]).toMatchObject({ explanation: { events: 4 } });
  });

  it('are confirmed by the time of events, and withdrawn by nobody but later ones', async () => {
    const hour = Math.floor(moment / hourMs) * hourMs;
    clock = await start();
    for (const time of [hour, hour + 1, hour + 2]) await ask(time);
    await clock.drain();
    expect(await correlated()).toEqual([found]);
    await happened('web01', hour + hourMs + 2 * lateness + 1);
    await clock.drain();
    expect(await correlated()).toEqual([{ ...found, finality: 'confirmed' }]);
  });

  it('keep what they found until the store has taken it', async () => {
    const { replace } = site.alertStore;
    let failures = 2;
    site.alertStore.replace = async (findings) => {
      if (failures-- > 0) throw new Error('the disk is full');
      return replace(findings);
    };
    clock = await start();
    for (const time of [moment, moment + 1, moment + 2]) await ask(time);
    await clock.drain();
    expect(failures).toBeLessThan(0);
    expect(await correlated()).toEqual([found]);
  });
});

describe('rules that are loaded again', () => {
  const sources = () => ({ paths: [site.rules], placeholders: {} });
  beforeEach(writeCorrelation);

  it('keep what their windows hold, and take what is new', async () => {
    clock = await start();
    await ask(moment);
    await ask(moment + minute);
    await clock.drain();
    await site.writeRule(
      'other.yml',
      whoamiRule.replace('3b0f2a54', '3b0f2a55').replace('whoami', 'hostname'),
    );
    const { rules } = await clock.reload(sources());
    expect(rules).toHaveLength(3);
    await ask(moment + 2 * minute);
    await clock.drain();
    expect(await site.alerts()).toMatchObject([{ detector: { engine: 'correlation' }, count: 1 }]);
  });

  it('begin anew where they mean something else', async () => {
    clock = await start();
    await ask(moment);
    await ask(moment + minute);
    await clock.drain();
    const often = await readFile(join(site.rules, 'often.yml'), 'utf8');
    await site.writeRule('often.yml', often.replace('5m', '10m'));
    await clock.reload(sources());
    await ask(moment + 2 * minute);
    await clock.drain();
    expect(await site.alerts()).toEqual([]);
  });

  it('stay as they were where the new version is faulty, and say so', async () => {
    clock = await start();
    await site.writeRule('whoami.yml', `${whoamiRule}name: whoami\n`.replace('|contains', '|sounds_like'));
    await site.writeRule('often.yml', 'title: [unclosed\n');
    await clock.reload(sources());
    expect(clock.rules().map(({ state, reason }) => [state, reason?.includes('stays in force')])).toEqual([
      ['loaded', undefined],
      ['loaded', undefined],
      ['rejected', true],
      ['rejected', true],
    ]);
    for (const time of [moment, moment + 1, moment + 2]) await ask(time);
    await clock.drain();
    expect(await site.alerts()).toMatchObject([{ detector: { engine: 'correlation' } }]);
    await rm(join(site.rules, 'whoami.yml'));
    await clock.reload(sources());
    expect(clock.rules().filter(({ state }) => state === 'loaded')).toEqual([]);
  });

  it('stay as they were where nothing can be loaded', async () => {
    clock = await start();
    await expect(clock.reload({ ...sources(), thor: join(site.rules, 'absent.yml') })).rejects.toThrow(
      /absent/,
    );
    for (const time of [moment, moment + 1, moment + 2]) await ask(time);
    await clock.drain();
    expect(await site.alerts()).toHaveLength(1);
  });
});
