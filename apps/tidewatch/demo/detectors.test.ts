import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { createNormaliser } from '@tidewatch/normalize';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../../../test/require.ts';
import { takenOf } from '../../scorer/detectors/batch.ts';
import { defined } from '../../scorer/detectors/definition.fixture.ts';
import { createEngine } from '../../scorer/detectors/engine.ts';
import { openKept } from '../../scorer/detectors/kept.ts';
import { demonstration, type StoryEvent } from './story/index.ts';

const now = Date.parse('2026-11-03T09:00:00.000Z');
const minute = 60_000;

/** All that is told until a round of the attack is over. */
const story: StoryEvent[] = [];
beforeAll(() => {
  for (const event of demonstration({ seed: 7, now: new Date(now) })) {
    if (event.at >= now + 30 * minute) break;
    story.push(event);
  }
});

const inputs = {
  nginx_file: { format: 'text', hints: { dataset: 'nginx.access' }, source: 'demo-nginx' },
  syslog_udp: { format: 'syslog', hints: {}, source: 'demo-syslog' },
} as const;

/** Alerts of a detector that ships, on what comes by one channel of the demonstration. */
function alertsOf(file: string, channel: keyof typeof inputs) {
  const definition = defined(readFileSync(join(root, 'detectors', file), 'utf8'));
  const normalise = createNormaliser();
  const { source, ...how } = inputs[channel];
  const events = story.flatMap((told) => {
    if (told.channel !== channel) return [];
    const record = { ...how, position: { kind: 'none' }, received: told.at } as const;
    const outcome = normalise({ ...record, bytes: Buffer.from(told.payload) }, source);
    return outcome.status === 'ok' ? [JSON.parse(outcome.value.json) as EcsEvent] : [];
  });
  const engine = createEngine(openKept(':memory:'), (reason) => {
    throw new Error(reason);
  });
  const synthetic = events.slice(0, 1).map(({ tidewatch }) => tidewatch.data_class);
  engine.load({ definitions: [definition], normal: [], synthetic, memory: 2 ** 26 });
  const alerts = [...engine.take(takenOf(events))].flat().filter(({ found }) => found !== undefined);
  engine.close();
  return alerts.map(({ result }) => ({ ...result, known: result.to + definition.delay - now }));
}

it('tells that the intranet is fetched, and of nothing else', () => {
  const alerts = alertsOf('bytes_served_per_source.yml', 'nginx_file');
  const fetched = story.filter(({ phase }) => phase === 'exfiltration').map(({ at }) => at);
  expect(alerts).toHaveLength(1);
  const { from, to, entity, features, known } = alerts[0]!;
  expect(entity).toEqual(['demo-nginx']);
  expect(fetched.filter((at) => at >= from && at < to).length).toBeGreaterThan(2);
  expect(known).toBeLessThan(13 * minute);
  expect(features[0]?.actual).toBeGreaterThan(540_000_000);
  expect(features[0]?.expected).toBeLessThan(10_000_000);
});

it('tells that a host calls home to an address it never talked to, and of no other host', () => {
  const call = story.find(
    ({ phase, payload }) => phase === 'beacon' && String(payload).includes('FW-ACCEPT'),
  );
  const [, source, home] = /SRC=(\S+) DST=(\S+)/.exec(String(call?.payload)) ?? [];
  const alerts = alertsOf('new_destinations_per_host.yml', 'syslog_udp');
  expect(alerts.map(({ entity, features }) => [entity, features[0]?.examples])).toEqual([[[source], [home]]]);
  expect(alerts[0]?.known).toBeLessThan(23 * minute);
});
