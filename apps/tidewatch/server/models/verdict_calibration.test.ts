import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseReason, EventMatch } from '@tidewatch/event';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createMetrics } from '@tidewatch/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createVerdictCalibrations } from './verdict_calibration.ts';

const now = Date.parse('2026-05-04T10:00:00Z');
const classes = parseDataClasses(
  'classes: { endpoint: { description: hosts, ttl: 400d, readers: [analyst] } }\napprovals: []\n',
);
let directory: string;
let store: Awaited<ReturnType<typeof openDuckDbStore>>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-verdicts-'));
  store = await openDuckDbStore({ directory, classes });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

let offset = 0;
/** A match of version 1 on a user of its own. */
function match(user: string, score: number, time = now): EventMatch {
  const at = new Date(time).toISOString();
  const id = `${user} ${score}`;
  return {
    id,
    detector: { engine: 'onnx', id: 'flows', title: 'Odd flow', level: 'low', description: 'An odd flow' },
    key: [{ field: 'user.name', value: user }],
    time,
    position: { partition: 0, offset: offset++ },
    bucketMs: 3_600_000,
    dataClass: 'endpoint',
    event: {
      '@timestamp': at,
      event: { id, dataset: 'flows', ingested: at },
      user: { name: user },
      tidewatch: { source: 'web1', data_class: 'endpoint' },
    },
    explanation: {
      engine: 'onnx',
      model: { name: 'flows', version: '1' },
      ...{ score, threshold: 0.5, meaning: 'how odd it is', method: 'none', features: [] },
    },
  };
}

it('counts what analysts decided about alerts of a version, each once, as it stands now', async () => {
  const metrics = createMetrics({ process: false });
  const judged = createVerdictCalibrations(store.alerts, metrics);
  const close = async (match: EventMatch, reason: CloseReason) => {
    const [effect] = await store.alerts.apply([match]);
    const id = effect?.alert.id ?? '';
    await store.alerts.change(
      [{ id }],
      { action: 'close', reason },
      { principal: 'ann', dataClasses: 'all' },
    );
    return id;
  };
  await judged.look(now);
  expect(judged.of('flows 1')).toBeUndefined();

  // Three matches make one alert, which counts by its highest score.
  await store.alerts.apply([match('alice', 0.6), match('alice', 0.7)]);
  const first = await close(match('alice', 0.5), 'true_positive');
  for (let i = 1; i < 20; i++) await close(match(`user${i}`, 0.9), 'false_positive');
  await close(match('bob', 0.9), 'duplicate');
  await close(match('carol', 0.9, now - 91 * 86_400_000), 'false_positive');
  await judged.look(now);
  expect(judged.of('flows 1')).toEqual({
    verdicts: 20,
    attacks: 1,
    error: expect.closeTo((0.3 + 19 * 0.9) / 20, 9),
  });
  const labels = { model: 'flows', version: '1' };
  expect(await metrics.value('model_calibration_error', labels)).toBeCloseTo(0.87, 9);
  expect(await metrics.value('model_verdicts', { ...labels, verdict: 'none' })).toBe(19);

  await store.alerts.change([{ id: first }], { action: 'reopen' }, { principal: 'ann', dataClasses: 'all' });
  await judged.look(now);
  expect(judged.of('flows 1')).toEqual({ verdicts: 19, attacks: 0, error: null });
  expect(await metrics.value('model_calibration_error', labels)).toBe(0);
});
