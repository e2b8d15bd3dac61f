import { bucketStart, type Finality } from '@tidewatch/event';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFinalityTracker, type FinalityEvent, type FinalityState, nextFinality } from './finality.ts';
import { createWatermark, type WatermarkState } from './watermark.ts';

describe('finality', () => {
  it.each<[Finality, FinalityEvent, boolean, Finality]>([
    ['provisional', 'joined', false, 'provisional'],
    ['provisional', 'joined', true, 'provisional'],
    ['provisional', 'completed', true, 'confirmed'],
    ['provisional', 'emptied', false, 'withdrawn'],
    ['confirmed', 'joined', true, 'amended'],
    ['confirmed', 'completed', true, 'confirmed'],
    ['confirmed', 'emptied', true, 'withdrawn'],
    ['amended', 'joined', true, 'amended'],
    ['amended', 'completed', true, 'amended'],
    ['withdrawn', 'joined', false, 'provisional'],
    ['withdrawn', 'joined', true, 'amended'],
    ['withdrawn', 'completed', true, 'withdrawn'],
  ])('%s, %s (complete: %s) → %s', (current, event, complete, next) => {
    expect(nextFinality(current, event, complete)).toBe(next);
  });
});

describe('finality tracker', () => {
  it('confirms each finding once, in order of the windows, when they are complete', () => {
    const tracker = createFinalityTracker({ keepMs: 1_000 });
    expect(tracker.joined('b', 200, undefined)).toBe('provisional');
    expect(tracker.joined('a', 100, undefined)).toBe('provisional');
    expect(tracker.joined('c', 300, 50)).toBe('provisional');
    expect(tracker.advance(undefined)).toEqual([]);
    expect(tracker.advance(99)).toEqual([]);
    expect(tracker.advance(200)).toEqual(['a', 'b']);
    expect(tracker.advance(200)).toEqual([]);
    expect(tracker.get('a')).toBe('confirmed');
    expect(tracker.get('c')).toBe('provisional');
  });

  it('amends what is joined late, withdraws what is emptied, and forgets after a while', () => {
    const tracker = createFinalityTracker({ keepMs: 1_000 });
    tracker.joined('a', 100, undefined);
    tracker.joined('b', 100, undefined);
    tracker.emptied('b');
    expect(tracker.advance(150)).toEqual(['a']);
    expect(tracker.joined('a', 100, 150)).toBe('amended');
    expect(tracker.get('b')).toBe('withdrawn');
    expect(tracker.joined('new', 100, 150)).toBe('provisional');
    expect(tracker.advance(150)).toEqual(['new']);
    tracker.advance(1_099);
    expect(tracker.get('a')).toBe('amended');
    tracker.advance(1_100);
    expect(tracker.get('a')).toBeUndefined();
    expect(tracker.toJSON()).toEqual({ version: 1, findings: [] });
  });
});

const widthMs = 100;
const allowedLatenessMs = 150;

interface Arrival {
  readonly source: string;
  readonly partition: number;
  readonly time: number;
  /** How much later than its turn it comes. */
  readonly delay: number;
}

/** Counts events by window, and says what each window was when it was confirmed. */
function finalCounts(arrivals: readonly Arrival[], stopAt: number) {
  const settings = { allowedLatenessMs, idleAfterMs: 1_000 };
  let watermark = createWatermark(settings);
  let tracker = createFinalityTracker({ keepMs: 0 });
  const counts = new Map<string, number>();
  const final: Record<string, number> = {};
  const finalities: Finality[] = [];
  const confirm = () => {
    for (const id of tracker.advance(watermark.complete())) final[id] = counts.get(id) ?? 0;
  };
  const sources = new Map<string, Arrival>();
  arrivals.forEach((arrival, i) => {
    if (i === stopAt) {
      watermark = createWatermark(settings, JSON.parse(JSON.stringify(watermark)) as WatermarkState);
      tracker = createFinalityTracker({ keepMs: 0 }, JSON.parse(JSON.stringify(tracker)) as FinalityState);
    }
    const { time } = arrival;
    sources.set(`${arrival.source} ${arrival.partition}`, arrival);
    expect(watermark.observe({ ...arrival, ingested: time + arrival.delay })).toBe('on_time');
    const start = bucketStart(time, widthMs);
    counts.set(`${start}`, (counts.get(`${start}`) ?? 0) + 1);
    finalities.push(tracker.joined(`${start}`, start + widthMs, watermark.complete()));
    confirm();
  });
  for (const source of sources.values()) watermark.idle(source, 1_000_000);
  confirm();
  return { final, finalities };
}

it('ends in the same whatever the order of arrival within the allowed lateness, restarts included', () => {
  const arrival = fc.record({
    source: fc.constantFrom('a', 'b', 'c'),
    partition: fc.integer({ min: 0, max: 1 }),
    time: fc.integer({ min: 0, max: 3_000 }),
    delay: fc.integer({ min: 0, max: allowedLatenessMs }),
  });
  fc.assert(
    fc.property(fc.array(arrival, { minLength: 1, maxLength: 120 }), fc.nat(120), (events, stopAt) => {
      const expected: Record<string, number> = {};
      for (const { time } of events) {
        const id = `${bucketStart(time, widthMs)}`;
        expected[id] = (expected[id] ?? 0) + 1;
      }
      const arriving = [...events].sort((a, b) => a.time + a.delay - (b.time + b.delay));
      const { final, finalities } = finalCounts(arriving, stopAt);
      expect(final).toEqual(expected);
      expect(new Set(finalities)).toEqual(new Set(['provisional']));
    }),
    { numRuns: 200 },
  );
});
