import type { UseCase } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import { askedWords, coverOf, deletionOf, deletionsOf, names, resultsOf } from './privacy.ts';

it.each([
  ['*', 'user.name', true],
  ['process.*', 'process.parent.name', true],
  ['process.*', 'processor.name', false],
  ['user', 'user.name', true],
  ['user.name', 'user.names', false],
  ['*.ip', 'source.ip', true],
  ['a*b*a', 'aba', true],
  ['a*b*a', 'aa', false],
  ['ab*ba', 'aba', false],
])('%s names %s: %s', (pattern, field, wanted) => expect(names(pattern, field)).toBe(wanted));

it('tells what was deleted, and what was asked for', () => {
  const detail = { dataClass: 'web', what: 'partition 2026-10-01', records: 12 };
  expect(deletionOf({ detail })).toEqual(detail);
  const target = '/api/events';
  expect(askedWords({ target, detail: { q: 'user.name: bob', from: 'now-1d', results: 3 } })).toBe(
    'user.name: bob, from: now-1d',
  );
  expect(askedWords({ target, detail: { from: 'now-1d' } })).toBe('/api/events, from: now-1d');
  expect([resultsOf({ detail: { results: 0 } }), resultsOf({ detail: {} })]).toEqual([0, null]);
});

it('shows of a deletion its end, and where it has none, its beginning', () => {
  const entry = (seq: number, action: string, what = 'a', target = 'store') => ({
    ...{ seq, action, target },
    detail: { dataClass: 'web', what, records: 1 },
  });
  const [begins, ends] = ['retention.deleting', 'retention.delete'];
  const newestFirst = [
    entry(7, begins, 'b'),
    entry(6, ends),
    entry(5, begins, 'a', 'archive'),
    entry(4, begins),
    // It was killed, and the run after it began anew.
    entry(3, begins),
    entry(2, ends),
    entry(1, ends),
  ];
  expect(deletionsOf(newestFirst).map(({ seq }) => seq)).toEqual([7, 6, 5, 3, 2, 1]);
});

it('knows which use-cases in force name a field', () => {
  const useCase = { title: 'A', inForce: true, fields: ['user.*'], pseudonymise: ['user.name'] };
  const cases = [useCase, { ...useCase, title: 'B', inForce: false }] as unknown as UseCase[];
  expect(coverOf('user.name', cases)).toEqual({ by: ['A'], isPseudonym: true });
  expect(coverOf('host.name', cases)).toEqual({ by: [], isPseudonym: false });
});
