import { isZone } from '@tidewatch/event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  browserZone,
  dayStart,
  momentOf,
  offsetLabel,
  showIn,
  shownZone,
  wallClock,
  watchZone,
} from './wall-clock.ts';

afterEach(() => showIn(null));

describe('the offset is that of the moment, not of today', () => {
  it.each([
    ['2026-01-15T12:00:00Z', 'Europe/Berlin', 'UTC+01:00', '13:00'],
    ['2026-07-15T12:00:00Z', 'Europe/Berlin', 'UTC+02:00', '14:00'],
    // Summer time ends at 01:00 UTC.
    ['2026-10-25T00:59:59Z', 'Europe/Berlin', 'UTC+02:00', '02:59'],
    ['2026-10-25T01:00:00Z', 'Europe/Berlin', 'UTC+01:00', '02:00'],
    // There it ended a minute after midnight.
    ['2005-10-30T02:30:59Z', 'America/St_Johns', 'UTC−02:30', '00:00'],
    ['2005-10-30T02:31:00Z', 'America/St_Johns', 'UTC−03:30', '23:01'],
    ['2026-07-15T12:00:00Z', 'America/St_Johns', 'UTC−02:30', '09:30'],
    ['2026-01-15T12:00:00Z', 'Asia/Kathmandu', 'UTC+05:45', '17:45'],
    ['2026-01-15T12:00:00Z', 'UTC', 'UTC', '12:00'],
  ])('%s in %s', (time, zone, offset, minute) => {
    expect(offsetLabel(Date.parse(time), zone)).toBe(offset);
    expect(wallClock(Date.parse(time), zone).minute).toBe(minute);
  });
});

describe('what clocks show is one moment', () => {
  it.each([
    ['2026-07-15T14:00', 'Europe/Berlin', '2026-07-15T12:00:00.000Z'],
    ['2026-07-15T14:00:07', 'UTC', '2026-07-15T14:00:07.000Z'],
    // Shown twice: the first counts. Never shown: on from before.
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ])('%s in %s', (text, zone, iso) => expect(new Date(momentOf(text, zone)).toISOString()).toBe(iso));

  it.each(['', 'soon', '2026-13-01T00:00'])('but for %j', (text) => expect(momentOf(text, 'UTC')).toBeNaN());

  it('and is read back, at every hour of a year', () => {
    const start = Date.UTC(2026, 0, 1);
    for (let hour = 0; hour < 365 * 24; hour++) {
      const { date, second } = wallClock(start + hour * 3_600_000, 'America/New_York');
      const read = momentOf(`${date}T${second}`, 'America/New_York');
      expect([0, 3_600_000]).toContain(start + hour * 3_600_000 - read);
    }
  });
});

it('a day begins where its clocks do', () => {
  const time = Date.parse('2026-10-25T22:00:00Z');
  expect(new Date(dayStart(time, 'Europe/Berlin')).toISOString()).toBe('2026-10-24T22:00:00.000Z');
  expect(new Date(dayStart(time, 'Asia/Tokyo')).toISOString()).toBe('2026-10-25T15:00:00.000Z');
});

it('another zone is told, and one that is not known stands for the browser’s', () => {
  const told = vi.fn();
  const end = watchZone(told);
  showIn('Asia/Tokyo');
  showIn('Asia/Tokyo');
  expect([shownZone(), wallClock(0).date, wallClock(0).second, told.mock.calls.length]).toEqual([
    ...['Asia/Tokyo', '1970-01-01', '09:00:00', 1],
  ]);
  showIn('Atlantis/Capital');
  expect([shownZone(), isZone('Atlantis/Capital'), told.mock.calls.length]).toEqual([
    browserZone(),
    false,
    2,
  ]);
  end();
});
