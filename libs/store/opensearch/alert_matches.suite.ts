import type { EventMatch, JsonObject } from '@tidewatch/event';
import { eventOf, indexed, suiteNow } from '../fixtures.suite.ts';

/** A match of rule `rule` on an event at an offset of the stream: all matches of a rule are one alert. */
export function matchOf(rule: string, offset: number, partition = 0, fields: JsonObject = {}): EventMatch {
  const position = { partition, offset };
  const record = indexed({ host: { name: 'web' }, ...fields }, { position });
  return {
    id: `match-${rule}-${record.head.id}`,
    detector: { engine: 'sigma', id: rule, title: `Rule ${rule}`, level: 'high' },
    key: [{ field: 'host.name', value: 'web' }],
    time: suiteNow + (offset % 1_000),
    position,
    bucketMs: 3_600_000,
    dataClass: 'short',
    event: eventOf(record),
    explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
  };
}

/** Matches at the offsets 0 to `count`, which go round so many rules. */
export const matchesOf = (count: number, rules: number, partition = 0): EventMatch[] =>
  Array.from({ length: count }, (_, i) => matchOf(`rule ${i % rules}`, i, partition));
