import { expect, test } from 'vitest';
import { tryContext, tryProcessor } from '../parsers/try.suite.ts';
import { dateFormatIssue } from './date_format.ts';

const at = (text: string, format: string, more: object = {}): string | undefined =>
  tryProcessor({ date: { field: '_t', formats: [format], to: 'event.start', ...more } }, { _t: text }).fields
    .event?.['start' as never];

test.each([
  ['2026-11-21T09:08:01.5Z', 'ISO8601', '2026-11-21T09:08:01.500Z'],
  ['1795252081.25', 'UNIX', '2026-11-21T09:08:01.250Z'],
  ['1795252081250123', 'UNIX_US', '2026-11-21T09:08:01.250Z'],
  ['1795252081250123456', 'UNIX_NS', '2026-11-21T09:08:01.250Z'],
  ['@400000006b015f7b0ee6b280', 'TAI64N', '2026-11-21T09:08:01.250Z'],
  ['Nov 21 09:08:01', 'SYSLOG', '2026-11-21T09:08:01.000Z'],
  ['Dec 31 23:59:59', 'SYSLOG', '2025-12-31T23:59:59.000Z'],
  ['29-Feb 10:00', 'dd-MMM HH:mm', '2024-02-29T10:00:00.000Z'],
  ['21/Nov/2026:10:08:01 +0100', 'dd/MMM/yyyy:HH:mm:ss ZZ', '2026-11-21T09:08:01.000Z'],
  ['Sat, 21 November 2026 09:08:01 GMT', 'EEE, dd MMMM yyyy HH:mm:ss z', '2026-11-21T09:08:01.000Z'],
  ['11/21/26 9:08:01 PM', 'M/d/yy h:mm:ss a', '2026-11-21T21:08:01.000Z'],
  ['12:08 a.m. 21.11.2026', 'hh:mm a dd.MM.yyyy', '2026-11-21T00:08:00.000Z'],
  ['20261121T090801', "yyyyMMdd'T'HHmmss", '2026-11-21T09:08:01.000Z'],
  ['2026-11-21 09:08:01.123456', 'yyyy-MM-dd HH:mm:ss.SSSSSS', '2026-11-21T09:08:01.123Z'],
  ['2026-11-21 10:08:01 CET', 'yyyy-MM-dd HH:mm:ss z', '2026-11-21T09:08:01.000Z'],
])('%s by %s is %s', (text, format, time) => {
  expect(at(text, format)).toBe(time);
});

test.each([
  ['2026-02-30 00:00', 'yyyy-MM-dd HH:mm'],
  ['2026-11-21 25:00', 'yyyy-MM-dd HH:mm'],
  ['13:00 pm 01.01.2026', 'hh:mm a dd.MM.yyyy'],
  ['2026-11-21 10:08 IST', 'yyyy-MM-dd HH:mm z'],
  ['21 Foo 2026', 'dd MMM yyyy'],
  ['99999999999999999999', 'UNIX'],
  ['@4000', 'TAI64N'],
  ['x2026-11-21', 'yyyy-MM-dd'],
])('%s by %s is no time', (text, format) => {
  expect(at(text, format)).toBeUndefined();
});

test('a zone of the configuration, of a field, or of the process', () => {
  const stamp = '2026-07-01 12:00:00';
  const format = 'yyyy-MM-dd HH:mm:ss';
  expect(at(stamp, format)).toBe('2026-07-01T12:00:00.000Z');
  expect(at(stamp, format, { zone: 'Europe/Athens' })).toBe('2026-07-01T09:00:00.000Z');
  expect(at(stamp, format, { zone: '-0330' })).toBe('2026-07-01T15:30:00.000Z');
  const config = { date: { field: '_t', formats: [format], zone_field: '_z', zone: 'UTC' } };
  const run = (zone: string) => tryProcessor(config, { _t: stamp, _z: zone }).fields['@timestamp'];
  expect(run('Asia/Tokyo')).toBe('2026-07-01T03:00:00.000Z');
  expect(run('Nowhere/At_All')).toBe('2026-07-01T12:00:00.000Z');
});

test('a stamp without a year is of the year before its receipt where it would be in the future', () => {
  const context = { ...tryContext, received: Date.parse('2027-01-01T00:05:00Z') };
  const { fields } = tryProcessor(
    { date: { field: '_t', formats: ['SYSLOG'] } },
    { _t: 'Dec 31 23:59:00' },
    context,
  );
  expect(fields['@timestamp']).toBe('2026-12-31T23:59:00.000Z');
});

test.each([
  ['yyyy-MM-dd q', '“q”'],
  ['HH:mm', 'has no day and month'],
  ['yyy-MM-dd', '“yyy”'],
])('the format %s is refused: %s', (format, issue) => {
  expect(dateFormatIssue(format)).toContain(issue);
});
