import { createMetrics } from '@tidewatch/telemetry';
import { expect, it } from 'vitest';
import { modelSpeed, quantile } from './model_speed.ts';

it.each([
  [0.5, 1.5],
  [0.75, 2],
  [0.25, 1],
  [0.99, 2],
])('finds the quantile %f within its bucket', (share, value) => {
  const buckets = [
    [1, 1],
    [2, 3],
    [Number.POSITIVE_INFINITY, 4],
  ] as const;
  expect(quantile(buckets, share)).toBe(value);
});

it('tells how fast a version scores, of all stages and of no other version', async () => {
  const metrics = createMetrics({ process: false });
  const of = (version: string, stage: string) => ({ model: 'odd', version, stage });
  expect(await modelSpeed(metrics, { name: 'odd', version: '1' })).toBeNull();
  for (const stage of ['shadow', 'live'])
    for (let batch = 0; batch < 4; batch++) {
      metrics.observe('model_inference_duration_seconds', of('1', stage), 0.004);
      for (let row = 0; row < 10; row++) metrics.observe('model_score', of('1', stage), 0.1);
    }
  metrics.observe('model_inference_duration_seconds', of('2', 'live'), 9);
  const speed = await modelSpeed(metrics, { name: 'odd', version: '1' });
  expect(speed).toMatchObject({ batches: 8, rows: 80 });
  expect(speed?.perSecond).toBeCloseTo(2_500, 6);
  // The bucket of 4 ms ends at 5.
  expect(speed?.p50).toBeGreaterThan(0.001);
  expect(speed?.p99).toBeLessThanOrEqual(0.005);
});
