import type { AlertRow, CaseAlerts } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import { entryWords, timeline } from './case.ts';

const entry = { id: 'e', at: 0, by: 'alice', undone: false } as const;

it('says what somebody did to a case', () => {
  expect(entryWords({ ...entry, action: 'opened', detail: { alerts: 1 } })).toBe('opened it with 1 alert');
  expect(
    entryWords({
      ...{ ...entry, action: 'changed' },
      detail: {
        fields: { status: ['in_progress', 'closed'], owner: [null, 'bob'], severity: ['low', 'high'] },
        ...{ reason: 'duplicate', alerts: 2 },
      },
    }),
  ).toBe(
    'went from in progress to closed, took it for high, not low, gave it from nobody to bob, closed 2 alerts as duplicate',
  );
});

it('puts the alerts of a case in the order of time, and each in its place of the whole', () => {
  const shown = (id: string, first: number, last: number): CaseAlerts['items'][number] => ({
    ...{ state: 'shown', at: 0, by: 'alice' },
    alert: { id, first, last } as AlertRow,
  });
  const items = [shown('b', 150, 200), { state: 'hidden' } as const, shown('a', 100, 150)];
  expect(timeline(items).map(({ alert, start, end }) => [alert.id, start, end])).toEqual([
    ['a', 0, 0.5],
    ['b', 0.5, 1],
  ]);
  expect(timeline([shown('one', 5, 5)])).toMatchObject([{ start: 0, end: 0 }]);
  expect(timeline([])).toEqual([]);
});
