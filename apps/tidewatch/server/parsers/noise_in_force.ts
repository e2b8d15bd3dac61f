import type { Noise } from '@tidewatch/normalize';
import type { Metrics } from '@tidewatch/telemetry';

/** What noise processors of a running process share. */
export interface NoiseInForce {
  readonly noise: Noise;
  /** Forgets what they saw: events that they let through were not kept. */
  readonly forget: () => void;
  readonly close: () => void;
}

const countEveryMs = 5_000;

/** Counts what is held back, together for a while. */
export function openNoise(metrics: Metrics): NoiseInForce {
  let lost = 0;
  const held = new Map<string, { parser: string; processor: string; events: number }>();
  function count(): void {
    for (const { parser, processor, events } of held.values())
      metrics.count('noise_suppressed_events_total', { parser, processor }, events);
    held.clear();
  }
  const counting = setInterval(count, countEveryMs).unref();
  return {
    noise: {
      lost: () => lost,
      heldBack(parser, processor) {
        const key = `${parser} ${processor}`;
        const known = held.get(key);
        if (known === undefined) held.set(key, { parser, processor, events: 1 });
        else known.events++;
      },
    },
    forget: () => void lost++,
    close() {
      clearInterval(counting);
      count();
    },
  };
}
