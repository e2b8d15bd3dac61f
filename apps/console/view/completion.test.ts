import { expect, it } from 'vitest';
import { faultWhileTyping, faultyPlaces, offers, take, typedSpan } from './completion.ts';

const at = (expects: 'field' | 'value' | 'operator' | 'conjunction', start: number, end: number) => ({
  ...{ expects, start, end },
  suggestions: [],
});

it.each([
  ['ho', at('field', 0, 2), 'host.name', 'host.name: |'],
  ['not ho: x', at('field', 4, 6), 'host.name', 'not host.name|: x'],
  ['ho in (a)', at('field', 0, 2), 'host.name', 'host.name| in (a)'],
  ['bytes > 3', at('field', 0, 5), 'source.bytes', 'source.bytes| > 3'],
  ['a: (x or y)', at('value', 9, 10), '"y z"', 'a: (x or "y z"|)'],
  ['a: w', at('value', 3, 4), 'web1', 'a: web1 |'],
  ['a: b o', at('conjunction', 5, 6), 'or', 'a: b or |'],
  ['a ', at('operator', 2, 2), 'in (', 'a in (|'],
])('%s takes %j', (query, place, text, expected) => {
  const taken = take(query, place, { label: text, text });
  expect(`${taken.text.slice(0, taken.position)}|${taken.text.slice(taken.position)}`).toBe(expected);
});

it.each([
  ['HO', 'host.name', [0, 2]],
  ['na', 'host.name', [5, 7]],
  ['"C:\\\\t', 'C:\\temp', [0, 4]],
  ['', 'host.name', undefined],
  ['x', 'host.name', undefined],
])('marks what was typed: %s in %s', (query, label, span) =>
  expect(typedSpan(query, query.length, at('field', 0, query.length), { label, text: label })).toEqual(span),
);

it('offers nothing where it stands there already', () => {
  const or = { ...at('conjunction', 5, 7), suggestions: [{ label: 'or', text: 'or' }] };
  expect(offers('a: b or', or)).toBe(false);
  expect(offers('a: b o', { ...or, end: 6 })).toBe(true);
});

it('says what is wrong, and not what is not typed yet', () => {
  for (const query of ['', 'a', 'a: ', 'a: (b or', 'a: "b', 'a: b and ', 'not'])
    expect([query, faultWhileTyping(query)]).toEqual([query, undefined]);
  expect(faultWhileTyping('a: ) and b')).toMatchObject({ start: 3 });
});

it('marks every place that is wrong, and what only the server knows', () => {
  const query = 'a == b and c: (d or ) and e:';
  const places = faultyPlaces(query, { message: 'from the server', start: 7, end: 10 });
  expect(places.map(({ start, end }) => query.slice(start, end))).toEqual(['and', 'a == b', ')']);
  expect(faultyPlaces('a: b', { message: 'too wide', start: 0, end: 4 })).toHaveLength(1);
});
