import { expect, it } from 'vitest';
import { isZone, zoneMoment, zoneOffset } from './zone.ts';

it('knows names of zones, and takes no offset for one', () => {
  const names = ['Europe/Vienna', 'utc', 'Europe/Nowhere', '', '../x', '+02:00'];
  expect(names.map(isZone)).toEqual([true, true, false, false, false, false]);
});

it.each([
  ['Europe/Vienna', '2026-07-15T12:00:00Z', 7_200],
  // Until 1893 by the sun.
  ['Europe/Vienna', '1890-01-01T00:00:00Z', 3_921],
  ['America/St_Johns', '2026-01-15T12:00:00Z', -12_600],
  ['UTC', '2026-01-15T12:00:00Z', 0],
])('%s is at %s ahead by %i seconds', (zone, time, seconds) =>
  expect(zoneOffset(Date.parse(time), zone)).toBe(seconds * 1_000),
);

it.each([
  // Shown twice: the first counts. Never shown: on from before.
  ['2026-10-25T02:30Z', '2026-10-25T00:30:00.000Z'],
  ['2026-03-29T02:30Z', '2026-03-29T01:30:00.000Z'],
])('clocks of Vienna show %s at %s', (shown, moment) =>
  expect(new Date(zoneMoment(Date.parse(shown), 'Europe/Vienna')).toISOString()).toBe(moment),
);
