import { join } from 'node:path';
import { alertId, matchId } from '@tidewatch/event/ids';
import type { AlertStore } from '@tidewatch/store';
import { idleMark } from '@tidewatch/window';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventOf, hourMs, moment, openSite, recordOf, whoami, whoamiRule } from './detector.suite.ts';
import type { Detector, DetectorDeps } from './detector.ts';

const ruleId = '3b0f2a54-8d5e-4a53-9a3c-0a8a6a1f5c01';
const earlier = moment - 1_000;
let site: Awaited<ReturnType<typeof openSite>>;
let detector: Detector | undefined;
beforeEach(async () => {
  site = await openSite();
  await site.writeRule('whoami.yml', whoamiRule);
});
afterEach(async () => {
  await detector?.close();
  detector = undefined;
  await site.dispose();
});

async function start(more: Partial<DetectorDeps> = {}): Promise<Detector> {
  detector = await site.startDetector(more);
  return detector;
}
const append = (...events: Parameters<typeof recordOf>[0][]) =>
  site.events.append(events.map((event) => recordOf(event)));
const counts = async () => (await site.alerts()).map(({ count }) => count);

describe('startDetector', () => {
  it('finds events in the stream, with position, entity, time and explanation', async () => {
    const effects: string[] = [];
    const { drain } = await start({
      onAlerts: (changed) => effects.push(...changed.map(({ effect }) => effect)),
    });
    await append(eventOf('quiet'), whoami('e1', {}, earlier), eventOf('quiet too'), whoami('e2'));
    await drain();
    const [alert, ...others] = await site.alerts();
    expect(others).toEqual([]);
    const key = [{ field: 'host.name', value: 'web01' }];
    const bucketStart = Math.floor(moment / hourMs) * hourMs;
    expect(alert).toMatchObject({
      id: alertId(ruleId, key, bucketStart),
      key,
      count: 2,
      dataClass: 'infrastructure',
      detector: { engine: 'sigma', id: ruleId, level: 'high', author: 'Tidewatch' },
    });
    expect(alert?.matches[0]).toMatchObject({
      id: matchId(ruleId, 'e1'),
      position: { partition: 0, offset: 1 },
      time: earlier,
      event: whoami('e1', {}, earlier),
      explanation: {
        engine: 'sigma',
        condition: 'selection',
        items: [
          {
            selection: 'selection',
            field: 'process.command_line',
            modifiers: ['contains'],
            pattern: 'whoami',
            path: 'process.command_line',
            value: "sh -c 'whoami; echo e1'",
            spans: [[7, 13]],
            line: 9,
          },
        ],
      },
    });
    expect(alert?.matches[1]).toMatchObject({ position: { partition: 0, offset: 3 } });
    expect(effects).toEqual(['created']);
    expect(detector?.rules()).toMatchObject([{ id: ruleId, state: 'loaded', matches: 2, lastMatch: moment }]);
    expect(await site.metrics.value('detections_total', { engine: 'sigma', severity: 'high' })).toBe(2);
  });

  it('counts a stamp of the far future as five minutes after ingestion', async () => {
    const { drain } = await start();
    await append(whoami('far', { '@timestamp': '2099-01-01T00:00:00.000Z' }));
    await drain();
    const [alert] = await site.alerts();
    expect(alert?.last).toBe(moment + 5 * 60_000);
    expect(alert?.matches[0]?.event['@timestamp']).toBe('2099-01-01T00:00:00.000Z');
  });

  it('passes by idle marks and what is no event, without losing its place', async () => {
    const { drain } = await start();
    const foreign = (text: string) => ({ key: 'web', value: Buffer.from(text) });
    const spread = JSON.stringify(whoami('spread'), null, 2);
    await site.events.append([
      idleMark('web', moment),
      foreign('{"cut":\n\n'),
      foreign('null'),
      foreign('{"event":{},"tidewatch":{}}'),
      foreign(spread),
      recordOf(whoami('last', {}, earlier)),
    ]);
    await drain();
    const [alert] = await site.alerts();
    expect(alert?.matches).toMatchObject([
      { event: { event: { id: 'last' } }, position: { offset: 5 } },
      { event: { event: { id: 'spread' } }, position: { offset: 4 } },
    ]);
  });

  it('takes the batch again after its thread died, with rules loaded anew', async () => {
    const { drain } = await start({ worker: site.dyingOn(2, 3) });
    await append(whoami('e1'));
    await drain();
    await append(whoami('e2'), whoami('e3'));
    await drain();
    await append(whoami('e4'));
    await drain();
    expect(await counts()).toEqual([4]);
    expect((await site.events.stats()).groups).toMatchObject([{ group: 'detector', records: 0 }]);
  });

  it('counts a match once though its batch comes again after its alerts were kept', async () => {
    let failures = 2;
    const alerts: AlertStore = {
      ...site.alertStore,
      async apply(matches) {
        const effects = await site.alertStore.apply(matches);
        if (failures-- > 0) throw new Error('the answer was lost');
        return effects;
      },
    };
    const { drain } = await start({ alerts });
    await append(whoami('e1'), whoami('e2'));
    await drain();
    expect(failures).toBeLessThan(0);
    expect(await counts()).toEqual([2]);
  });

  it('goes on where it stood when it is started again', async () => {
    await (await start()).close();
    await append(whoami('e1'));
    await (await start()).drain();
    await detector?.close();
    await append(whoami('e2'));
    await (await start()).drain();
    expect(await counts()).toEqual([2]);
    expect(detector?.rules()).toMatchObject([{ matches: 1 }]);
  });
});

describe('rules that do not load', () => {
  it('are listed with the reason and the line, and keep no other from running', async () => {
    await site.writeRule('broken.yml', 'title: [unclosed\n');
    await site.writeRule('deep/unknown.yml', whoamiRule.replace('|contains', '|sounds_like'));
    await site.writeRule('deep/again.yml', whoamiRule);
    await site.writeRule(
      'many.yml',
      'title: Many of them\nid: 7d2a3cf0-5d25-4a55-8c0e-5a3c1f1e9b02\ncorrelation:\n  type: event_count\n  rules: [whoami]\n  group-by: [host.name]\n  timespan: 5m\n  condition: { gte: 3 }\n',
    );
    const { loaded, rules, drain } = await start();
    expect(
      loaded()
        .rules.map(({ file, state }) => [file.slice(site.rules.length + 1), state])
        .sort(),
    ).toEqual([
      ['broken.yml', 'rejected'],
      ['deep/again.yml', 'rejected'],
      ['deep/unknown.yml', 'rejected'],
      ['many.yml', 'rejected'],
      ['whoami.yml', 'loaded'],
    ]);
    const unloaded = rules().filter(({ state }) => state !== 'loaded');
    for (const { reason, matches } of unloaded) {
      expect(reason).toEqual(expect.stringMatching(/\w{3}/));
      expect(matches).toBe(0);
    }
    expect(unloaded.find(({ file }) => file.endsWith('unknown.yml'))?.reason).toMatch(
      /^line \d+: .*sounds_like/,
    );
    for (const [state, count] of [
      ['loaded', 1],
      ['rejected', 4],
      ['skipped', 0],
    ] as const)
      expect(await site.metrics.value('detection_rules', { engine: 'sigma', state })).toBe(count);
    await append(whoami('e1'));
    await drain();
    expect(await counts()).toEqual([1]);
  });

  it('may be all there are: the detector runs, and says so', async () => {
    const absent = join(site.rules, 'absent');
    const { loaded, drain } = await start({ rules: { paths: [absent], placeholders: {} } });
    expect(loaded().rules).toMatchObject([
      { state: 'rejected', file: absent, reason: /ENOENT|no such file/ },
    ]);
    await append(whoami('e1'));
    await drain();
    expect(await counts()).toEqual([]);
  });

  it('end the start with their reason where the table of log sources cannot be read', async () => {
    const thor = join(site.rules, 'absent.yml');
    await expect(start({ rules: { paths: [site.rules], placeholders: {}, thor } })).rejects.toThrow(/absent/);
    expect((await site.events.stats()).groups).toEqual([]);
  });
});
