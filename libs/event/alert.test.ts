import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertId, matchId } from './ids.ts';
import { type Alert, bucketStart, type EventMatch, joinAlert, sampleLimit } from './index.ts';

const hour = 3_600_000;

const match = (offset: number, time = 1_000_000 + offset, partition = 0): EventMatch => ({
  id: matchId('rule', `event-${partition}-${offset}`),
  detector: { engine: 'sigma', id: 'rule', title: 'Something happened', level: 'high' },
  key: [{ field: 'host.name', value: 'web01' }],
  time,
  position: { partition, offset },
  bucketMs: hour,
  dataClass: 'web',
  event: {
    '@timestamp': new Date(time).toISOString(),
    event: {
      id: `event-${partition}-${offset}`,
      ingested: new Date(time).toISOString(),
      dataset: 'nginx.access',
    },
    tidewatch: { source: 's', data_class: 'web' },
  },
  explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
});

const joinAll = (matches: readonly EventMatch[]): Alert =>
  matches.reduce<Alert | undefined>((alert, one) => joinAlert(alert, one, 'id', 5).alert, undefined) as Alert;

const closed = (alert: Alert, reason: Alert['reason']): Alert => ({ ...alert, status: 'closed', reason });

describe('joinAlert', () => {
  it('opens an alert that says what happened to whom', () => {
    const { alert, effect } = joinAlert(undefined, match(7), 'id', 5);
    expect(effect).toBe('created');
    expect(alert).toMatchObject({
      summary: 'Something happened on web01',
      count: 1,
      status: 'open',
      version: 1,
    });
    expect(alert.bucket).toEqual({
      start: bucketStart(1_000_007, hour),
      end: bucketStart(1_000_007, hour) + hour,
    });
  });

  it('counts a replayed match once, and matches of other partitions beside it', () => {
    const alert = joinAll([match(1), match(2), match(1), match(2), match(1, 1_000_001, 1)]);
    expect(alert.count).toBe(3);
    expect(joinAlert(alert, match(2), 'id', 5).effect).toBe('known');
  });

  it('counts an event that its sender sent twice once, and does not reopen for it', () => {
    const first = match(1);
    const retried = { ...match(9), id: first.id };
    expect(joinAlert(closed(joinAll([first]), 'true_positive'), retried, 'id', 5).effect).toBe('known');
  });

  it('keeps first, last and a bounded sample, the same for any order across partitions', () => {
    const matches = Array.from({ length: 30 }, (_, i) => match(0, 1_000_000 + i * 7, i));
    const inOrder = joinAll(matches);
    expect(inOrder.matches).toHaveLength(sampleLimit);
    expect(inOrder.matches[0]?.time).toBe(1_000_000);
    expect(inOrder.matches.at(-1)?.time).toBe(1_000_000 + 29 * 7);
    fc.assert(
      fc.property(fc.shuffledSubarray(matches, { minLength: 30 }), (shuffled) => {
        const alert = joinAll(shuffled);
        expect(alert.count).toBe(30);
        expect(alert.matches.map(({ id }) => id)).toEqual(inOrder.matches.map(({ id }) => id));
        expect([alert.first, alert.last]).toEqual([inOrder.first, inOrder.last]);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['true_positive', 'reopened', 'open', 0],
    ['other', 'reopened', 'open', 0],
    ['false_positive', 'joined', 'closed', 1],
    ['expected_activity', 'joined', 'closed', 1],
  ] as const)('a new match on an alert closed as %s: %s', (reason, effect, status, sinceClosed) => {
    const result = joinAlert(closed(joinAll([match(1)]), reason), match(2), 'id', 9);
    expect(result.effect).toBe(effect);
    expect(result.alert).toMatchObject({ status, sinceClosed, count: 2 });
    expect(result.alert.history.at(-1)?.action).toBe(effect === 'reopened' ? 'reopened' : 'opened');
  });

  it('amends what was confirmed', () => {
    const confirmed: Alert = { ...joinAll([match(1)]), finality: 'confirmed' };
    expect(joinAlert(confirmed, match(2), 'id', 9).alert.finality).toBe('amended');
  });
});

describe('ids', () => {
  it('are 22 characters, and differ wherever a part differs', () => {
    const key = [{ field: 'host.name', value: 'a' }];
    const ids = [
      alertId('r', key, 0),
      alertId('r', key, hour),
      alertId('q', key, 0),
      alertId('r', [{ field: 'host.name', value: 'b' }], 0),
      alertId('r', [{ field: 'host.namea', value: '' }], 0),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
    expect(alertId('r', [{ field: 'host.name', value: 'a' }], 0)).toBe(ids[0]);
  });
});
