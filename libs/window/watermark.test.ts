import { describe, expect, it } from 'vitest';
import { createWatermark, type WatermarkState } from './watermark.ts';

const config = { allowedLatenessMs: 100, idleAfterMs: 1_000 };
const at = (source: string, time: number, ingested = time, partition = 0) => ({
  source,
  partition,
  time,
  ingested,
});

describe('watermark', () => {
  it('knows nothing before the first event', () => {
    const watermark = createWatermark(config);
    expect(watermark.current()).toBeUndefined();
    expect(watermark.complete()).toBeUndefined();
    expect(watermark.dueIdle(1e12)).toEqual([]);
    expect(watermark.toJSON()).toEqual({ version: 1, watermark: null, sources: [], late: [] });
  });

  it('is the smallest of the newest times per source and partition, and never goes back', () => {
    const watermark = createWatermark(config);
    watermark.observe(at('a', 5_000));
    expect(watermark.current()).toBe(5_000);
    watermark.observe(at('a', 4_950));
    expect(watermark.current()).toBe(5_000);
    watermark.observe(at('b', 3_000));
    expect(watermark.current()).toBe(5_000);
    watermark.observe(at('a', 9_000));
    expect(watermark.current()).toBe(5_000);
    watermark.observe(at('b', 6_000));
    expect(watermark.current()).toBe(6_000);
    watermark.observe(at('b', 7_000, 7_000, 1));
    watermark.observe(at('b', 8_000));
    expect(watermark.current()).toBe(7_000);
    expect(watermark.complete()).toBe(6_900);
  });

  it('calls late what is older than the watermark less the allowed lateness, and counts it by source', () => {
    const watermark = createWatermark(config);
    expect(watermark.observe(at('a', 1_000))).toBe('on_time');
    expect(watermark.observe(at('a', 900))).toBe('on_time');
    expect(watermark.observe(at('a', 899))).toBe('late');
    expect(watermark.observe(at('b', 500))).toBe('late');
    expect(watermark.observe(at('b', 600))).toBe('late');
    expect([...watermark.late()]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('does not wait for an idle source, until it speaks again', () => {
    const watermark = createWatermark(config);
    watermark.observe(at('slow', 1_000));
    watermark.observe(at('quick', 1_500));
    expect(watermark.dueIdle(1_999)).toEqual([]);
    watermark.observe(at('quick', 2_400));
    expect(watermark.current()).toBe(1_000);
    expect(watermark.dueIdle(2_500)).toEqual([{ source: 'slow', partition: 0 }]);
    expect(watermark.current()).toBe(1_000);
    watermark.idle({ source: 'slow', partition: 0 }, 2_500);
    expect(watermark.current()).toBe(2_400);
    expect(watermark.dueIdle(2_500)).toEqual([]);
    watermark.observe(at('slow', 2_600));
    watermark.observe(at('quick', 9_000));
    expect(watermark.current()).toBe(2_600);
  });

  it('ignores a declaration that was overtaken by an event, or is about nobody', () => {
    const watermark = createWatermark(config);
    watermark.observe(at('a', 1_000));
    watermark.observe(at('b', 5_000, 5_000));
    watermark.observe(at('a', 1_100, 4_000));
    watermark.idle({ source: 'a', partition: 0 }, 3_500);
    watermark.idle({ source: 'nobody', partition: 3 }, 9_000);
    expect(watermark.current()).toBe(1_100);
  });

  it('comes as far as the declarations when every source is idle', () => {
    const watermark = createWatermark(config);
    watermark.observe(at('a', 1_000));
    watermark.observe(at('b', 2_000));
    watermark.idle({ source: 'b', partition: 0 }, 3_000);
    expect(watermark.current()).toBe(1_000);
    watermark.idle({ source: 'a', partition: 0 }, 3_200);
    expect(watermark.current()).toBe(3_200);
    expect(watermark.observe(at('a', 3_099))).toBe('late');
    expect(watermark.observe(at('a', 3_100))).toBe('on_time');
  });

  it('goes on from its JSON as if it had not stopped', () => {
    const steps = [
      at('a', 1_000),
      at('b', 700),
      at('a', 1_500),
      at('b', 1_300),
      at('b', 1_100),
      at('a', 1_190, 9_000, 1),
    ];
    for (let stop = 0; stop <= steps.length; stop++) {
      const whole = createWatermark(config);
      let parts = createWatermark(config);
      steps.forEach((step, i) => {
        if (i === stop) parts = createWatermark(config, JSON.parse(JSON.stringify(parts)) as WatermarkState);
        expect(parts.observe(step)).toBe(whole.observe(step));
      });
      expect(parts.toJSON()).toEqual(whole.toJSON());
      expect(parts.complete()).toBe(whole.complete());
    }
  });
});
