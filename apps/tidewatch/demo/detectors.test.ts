import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { createNormaliser } from '@tidewatch/normalize';
import { expect, it } from 'vitest';
import { root } from '../../../test/require.ts';
import { takenOf } from '../../scorer/detectors/batch.ts';
import { parseDefinition } from '../../scorer/detectors/definition.ts';
import { createEngine } from '../../scorer/detectors/engine.ts';
import { openKept } from '../../scorer/detectors/kept.ts';
import { createStory } from './story/index.ts';

const now = Date.parse('2026-11-03T09:00:00.000Z');
const minute = 60_000;
const read = parseDefinition(readFileSync(join(root, 'detectors/bytes_served_per_source.yml'), 'utf8'));
if (!read.ok) throw new Error(JSON.stringify(read.faults));
const { definition } = read;

/** What the detector that ships says of the demonstration's web server, by the time that alerts come. */
function alertsOf(seed: number) {
  const normalise = createNormaliser();
  const story = createStory({
    seed,
    start: new Date(now - 60 * minute),
    durationMinutes: 90,
    openingMinutes: 60,
  });
  const events = story.flatMap(({ at, channel, payload }) => {
    if (channel !== 'nginx_file') return [];
    const record = { format: 'text', position: { kind: 'none' }, received: at } as const;
    const hints = { dataset: 'nginx.access' };
    const outcome = normalise({ ...record, hints, bytes: Buffer.from(payload) }, 'demo-nginx');
    return outcome.status === 'ok' ? [JSON.parse(outcome.value.json) as EcsEvent] : [];
  });
  const engine = createEngine(openKept(':memory:'), (reason) => {
    throw new Error(reason);
  });
  const synthetic = events.slice(0, 1).map(({ tidewatch }) => tidewatch.data_class);
  engine.load({ definitions: [definition], normal: [], synthetic, memory: 2 ** 26 });
  const alerts = [...engine.take(takenOf(events))].flat().filter(({ found }) => found !== undefined);
  engine.close();
  const fetched = story.filter(({ phase }) => phase === 'exfiltration').map(({ at }) => at);
  return { alerts: alerts.map(({ result }) => result), fetched };
}

it.each([7, 907])('tells that the intranet is fetched, and of nothing else: seed %i', (seed) => {
  const { alerts, fetched } = alertsOf(seed);
  expect(alerts).toHaveLength(1);
  const { from, to, entity, features } = alerts[0]!;
  expect(entity).toEqual(['demo-nginx']);
  expect(fetched.filter((at) => at >= from && at < to).length).toBeGreaterThan(2);
  expect(to + definition.delay - now).toBeLessThan(13 * minute);
  expect(features[0]?.actual).toBeGreaterThan(540_000_000);
  expect(features[0]?.expected).toBeLessThan(10_000_000);
});
