import { isObject, type JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { windowsEvents } from './windows_events.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const some = (count: number, seed: number): JsonObject[] => [...windowsEvents(count, seed, start)];

describe('generated Windows events', () => {
  it('follow from the seed', () => {
    expect(some(200, 1)).toEqual(some(200, 1));
    expect(some(1, 1)).not.toEqual(some(1, 2));
  });

  it('are as large and as varied as its description says', () => {
    const events = some(5_000, 1);
    const bytes = events.reduce((sum, event) => sum + JSON.stringify(event).length, 0) / events.length;
    expect(bytes).toBeGreaterThan(1_950);
    expect(bytes).toBeLessThan(2_400);
    const kinds = new Set(
      events.map(({ Event: event }) => {
        const system = isObject(event) ? event.System : null;
        return isObject(system) ? `${system.Channel} ${system.EventID}` : '';
      }),
    );
    expect(kinds.size).toBeGreaterThanOrEqual(22);
  });
});
