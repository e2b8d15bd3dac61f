import { expect, it } from 'vitest';
import { hostsText, isRare, rareSentence } from './prevalence.ts';

const counted = (events: number, hosts = 1) => ({
  ...{ field: 'process.name', value: 'a', events, hosts, days: 1 },
});
const said = (...values: ReturnType<typeof counted>[]) => rareSentence({ values, days: 30 });

it('says what is rare of a match, and nothing where all is usual', () => {
  expect(said(counted(0, 0))).toBe('No stored event of the last 30 days has process.name “a”.');
  expect(said(counted(1), counted(500))).toBe('process.name “a” was seen once in 30 days.');
  expect(said(counted(4, 2))).toBe('process.name “a” was seen in 4 events on 2 hosts in 30 days.');
  expect(said(counted(10, 0))).toBe('process.name “a” was seen in 10 events in 30 days.');
  expect(said({ ...counted(1), value: 'x'.repeat(500) })).toContain(`“${'x'.repeat(79)}…” was`);
  expect(said(counted(11))).toBeUndefined();
  expect(said()).toBeUndefined();
});

it('tells rare values, and how many hosts have them', () => {
  expect([1, 10, 11].map((events) => isRare({ events }))).toEqual([true, true, false]);
  expect([0, 7, 100].map((hosts) => hostsText({ hosts }))).toEqual(['–', '7', '100 or more']);
});
