import { createMetrics } from '@tidewatch/telemetry';
import { expect, test } from 'vitest';
import { openNoise } from './noise_in_force.ts';

test('counts what each processor holds back, and tells processors when events were lost', async () => {
  const metrics = createMetrics({ process: false });
  const { noise, forget, close } = openNoise(metrics);
  noise.heldBack('acme.doors', 'dedupe');
  noise.heldBack('acme.doors', 'dedupe');
  noise.heldBack('acme.doors', 'throttle');
  const before = noise.lost();
  forget();
  expect(noise.lost()).not.toBe(before);
  close();
  const { body: text } = await metrics.render();
  expect(text).toContain('noise_suppressed_events_total{parser="acme.doors",processor="dedupe"} 2');
  expect(text).toContain('noise_suppressed_events_total{parser="acme.doors",processor="throttle"} 1');
});
