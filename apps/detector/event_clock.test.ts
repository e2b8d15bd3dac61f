import { setTimeout as sleep } from 'node:timers/promises';
import type { Match } from '@tidewatch/event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, eventOf, hourMs, moment, openSite, recordOf, whoami } from './detector.suite.ts';
import type { EventClock } from './event_clock.ts';

const minute = 60_000;
const lateness = 5 * minute;
/** Longer than the clock's own ticks. */
const tick = 16_000;

let site: Awaited<ReturnType<typeof openSite>>;
let clock: EventClock | undefined;
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

const happened = (source: string, time: number, ingested = time) =>
  site.events.append([recordOf(eventOf(`${source}-${time}`, { '@timestamp': at(time) }, ingested), source)]);
const late = () => site.metrics.value('detection_late_events_total', { engine: 'sigma' });
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 8_000 });
const complete = (time: number) => eventually(() => expect(clock?.complete()).toBe(time));
/** Moves the clock on the wall, and lets what is due be done. */
const pass = (ms: number) => vi.advanceTimersByTime(ms);

/** Long enough for what must not happen. */
const settle = () => sleep(100);

/** Alerts that are already there: a match in the hour of `time`. */
const find = (id: string, time: number) =>
  site.alertStore.apply([
    {
      id,
      detector: { engine: 'sigma', id: 'rule', title: 'Found', level: 'high' },
      key: [{ field: 'host.name', value: 'web01' }],
      time,
      position: { partition: 0, offset: 1_000_000 + time / 1_000 },
      bucketMs: hourMs,
      dataClass: 'infrastructure',
      event: whoami(id),
      explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
    } satisfies Match,
  ]);
const finalities = async () => (await site.alerts()).map(({ finality }) => finality);

describe('startEventClock', () => {
  it('confirms an alert when event time has passed its hour and the allowed lateness', async () => {
    const hour = Math.floor(moment / hourMs) * hourMs;
    clock = await site.clock();
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
    clock = await site.clock();
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

  it('goes on with the wall’s time when all are quiet, and counts what comes late after that', async () => {
    clock = await site.clock();
    await happened('web', moment);
    await complete(moment - lateness);
    pass(3 * minute);
    await eventually(() => expect(clock?.complete()).toBeGreaterThanOrEqual(moment + 2 * minute - lateness));
    expect(await late()).toBe(0);
    await happened('web', moment - lateness, moment + 3 * minute);
    await happened('web', moment + 3 * minute);
    await eventually(async () => expect(await late()).toBe(1));
  });

  it('is not moved by a stamp of the far future, nor stopped by what is no event', async () => {
    clock = await site.clock();
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
    clock = await site.clock();
    await happened('slow', moment - 30 * minute, moment);
    await happened('fast', moment);
    await complete(moment - 30 * minute - lateness);
    await clock.close();
    clock = await site.clock();
    expect(clock.complete()).toBe(moment - 30 * minute - lateness);
    await happened('fast', moment + 3 * minute);
    pass(150_000);
    await complete(moment + 3 * minute - lateness);
  });
});
