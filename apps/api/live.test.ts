import type { DataClass } from '@tidewatch/event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveHub, type LiveMessage } from './live.ts';

const alert = (n: number) =>
  ({ id: `a${n}`, effect: 'created', level: 'high', title: 'T', last: n }) as const;

const ids = (messages: readonly LiveMessage[]) =>
  messages.map(({ frame }) => /"id":"(\w+)"/.exec(frame)?.[1]);
const frameId = (message: LiveMessage | undefined) => /^id: (.+)$/m.exec(message?.frame ?? '')?.[1] ?? '';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('live hub', () => {
  it('writes frames as server-sent events', () => {
    const hub = createLiveHub();
    const seen: LiveMessage[] = [];
    hub.subscribe((message) => seen.push(message));
    hub.publish('alert', { ...alert(1), title: 'line\nbreak' });
    expect(seen[0]?.frame).toMatch(
      /^id: \w+-1\nevent: alert\ndata: {"id":"a1","effect":"created","level":"high","title":"line\\nbreak","last":1}\n\n$/,
    );
  });

  it('resumes after the last id seen', () => {
    const hub = createLiveHub();
    const seen: LiveMessage[] = [];
    const leave = hub.subscribe((message) => seen.push(message));
    hub.publish('alert', alert(1));
    leave();
    hub.publish('alert', alert(2));
    hub.publish('health', { rules: 1, rejected: 0, lagRecords: 0, deadLetters: 0 });
    hub.publish('alert', alert(3));
    const again: LiveMessage[] = [];
    hub.subscribe((message) => again.push(message), frameId(seen[0]));
    hub.publish('alert', alert(4));
    expect(ids(seen)).toEqual(['a1']);
    expect(ids(again)).toEqual(['a2', 'a3', 'a4']);
  });

  it.each([
    ['of another run', () => createLiveHub(() => 5), 'zzz-1'],
    ['from the future', () => createLiveHub(() => 5), '5-7'],
    ['that is no id', () => createLiveHub(() => 5), 'x'],
  ])('asks to read afresh for an id %s', (_what, make, lastId) => {
    const hub = make();
    hub.publish('alert', alert(1));
    const seen: LiveMessage[] = [];
    hub.subscribe((message) => seen.push(message), lastId);
    expect(seen.map(({ kind }) => kind)).toEqual(['resync']);
  });

  it('keeps the last 1,000', () => {
    const hub = createLiveHub(() => 5);
    for (let i = 1; i <= 1_001; i++) hub.publish('alert', alert(i));
    const reach: LiveMessage[] = [];
    hub.subscribe((message) => reach.push(message), '5-1');
    expect(reach).toHaveLength(1_000);
    expect(ids(reach)[0]).toBe('a2');
    const beyond: LiveMessage[] = [];
    hub.subscribe((message) => beyond.push(message), '5-0');
    expect(beyond.map(({ kind }) => kind)).toEqual(['resync']);
  });

  it('sums counts of events by class into two messages a second, losing none', () => {
    const hub = createLiveHub();
    const seen: (readonly [DataClass | undefined, number])[] = [];
    hub.subscribe(({ dataClass, frame }) => seen.push([dataClass, Number(/"count":(\d+)/.exec(frame)?.[1])]));
    for (let ms = 0; ms < 2_000; ms += 10) {
      hub.publish('events', { count: 1, dataClass: ms % 40 === 0 ? 'web' : 'system' });
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(1_000);
    const of = (name: string) => seen.filter(([dataClass]) => dataClass === name).map(([, count]) => count);
    expect(Math.max(of('web').length, of('system').length)).toBeLessThanOrEqual(5);
    expect([of('web'), of('system')].map((counts) => counts.reduce((a, b) => a + b))).toEqual([50, 150]);
  });
});
