import { parseKql, toPredicate } from '@tidewatch/query';
import { expect, it } from 'vitest';
import { inGroup, inGroups, toggleGroup } from './alert-group.ts';

const fits = (query: string, document: Parameters<ReturnType<typeof toPredicate>>[0]): boolean => {
  const parsed = parseKql(query);
  if (!parsed.ok) throw new Error(query);
  return toPredicate(parsed.ast, { now: 0 })(document);
};
const alert = (title: string, name?: string, status = 'open') => ({
  title,
  status,
  ...(name === undefined ? {} : { host: { name } }),
});

it('keeps three fields at most, and takes one out again', () => {
  expect(toggleGroup(['a', 'b'], 'b')).toEqual(['a']);
  expect(toggleGroup(['a', 'b', 'c'], 'd')).toEqual(['b', 'c', 'd']);
});

it('narrows a query to a group, also to what has no value', () => {
  const odd = inGroup('status: open', ['title', 'host.name'], ['Said "no" (twice) * or', null]);
  expect(fits(odd, alert('Said "no" (twice) * or'))).toBe(true);
  expect(fits(odd, alert('Said "no" (twice) * or', 'web1'))).toBe(false);
  expect(fits(odd, alert('Said "no" (twice) and or'))).toBe(false);
  expect(fits(odd, alert('Said "no" (twice) * or', undefined, 'closed'))).toBe(false);
});

it('asks for several groups at once under the filter and the status', () => {
  const two = inGroups('host.name: web1 or host.name: web2', 'active', ['title'], [['a'], ['b']]);
  expect(fits(two, alert('a', 'web1'))).toBe(true);
  expect(fits(two, alert('b', 'web2'))).toBe(true);
  expect(fits(two, alert('b', 'db'))).toBe(false);
  expect(fits(two, alert('c', 'web1'))).toBe(false);
  expect(fits(two, alert('a', 'web1', 'closed'))).toBe(false);
});
