import { expect, it } from 'vitest';
import { alertHref, eventHref, frozenHref } from './link.ts';

const now = Date.UTC(2026, 10, 21, 12);
const frozen = (search: string) => new URL(frozenHref(`http://192.0.2.1:8420/alerts${search}`, now));

it('gives a link the time that is shown, and leaves the rest', () => {
  const { origin, pathname, searchParams } = frozen('?q=a%20b&from=now-15m&by=host.name&live=true');
  expect([origin, pathname]).toEqual(['http://192.0.2.1:8420', '/alerts']);
  expect(Object.fromEntries(searchParams)).toEqual({
    ...{ q: 'a b', by: 'host.name' },
    ...{ from: '2026-11-21T11:45:00.000Z', to: '2026-11-21T12:00:00.000Z' },
  });
});

it('knows the time of a page that names none, and leaves one that is fixed', () => {
  expect(frozen('').searchParams.get('from')).toBe('2026-11-20T12:00:00.000Z');
  const week = frozenHref('http://192.0.2.1:8420/anomalies', now, { from: 'now-7d', to: 'now' });
  expect(new URL(week).searchParams.get('from')).toBe('2026-11-14T12:00:00.000Z');
  const fixed = frozen('?from=2026-01-01T00:00:00.000Z&to=2026-01-02T00:00:00.000Z').searchParams;
  expect([fixed.get('from'), fixed.get('to')]).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2026-01-02T00:00:00.000Z',
  ]);
  expect(frozen('?from=soon').searchParams.get('from')).toBe('soon');
});

it('leads to an alert among those of its time, also if it is closed', () => {
  const { searchParams } = new URL(alertHref('a&b', now), 'http://192.0.2.1');
  expect(Object.fromEntries(searchParams)).toEqual({
    ...{ id: 'a&b', status: 'all' },
    ...{ from: '2026-11-21T11:00:00.000Z', to: '2026-11-21T13:00:00.000Z' },
  });
});

it('leads to an event among those of its minutes', () => {
  const { searchParams } = new URL(eventHref('a&b', now), 'http://192.0.2.1');
  expect(Object.fromEntries(searchParams)).toEqual({
    id: 'a&b',
    from: '2026-11-21T11:55:00.000Z',
    to: '2026-11-21T12:05:00.000Z',
  });
});
