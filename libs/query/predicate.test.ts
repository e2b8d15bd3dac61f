import { type JsonObject, parseIsoTime } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { ownTime } from '../../test/own_time.ts';
import { addressKey } from './address.ts';
import { parseKql } from './parse.ts';
import { toPredicate } from './predicate.ts';
import { checkRegex } from './regex.ts';
import { parseMoment } from './time.ts';

const now = Date.UTC(2024, 4, 15, 12, 30, 15);
const event: JsonObject = {
  '@timestamp': '2024-05-15T12:20:00.000Z',
  message: 'Failed password for invalid user Bob from 10.1.2.3 port 22 ssh2',
  host: { name: 'Web-01', ip: ['10.0.0.5', 'fe80::1'] },
  user: { name: null, id: '0' },
  event: { code: '4625', severity: 7, category: ['authentication', 'Start_up'], original: 'raw <13> line' },
  process: {
    executable: 'C:\\Windows\\System32\\cmd.exe',
    args: ['cmd', '/c', 'whoami'],
    ok: true,
    load: 0.5,
  },
  threat: {
    indicator: [
      { ip: '1.2.3.4', type: 'ipv4' },
      { ip: '5.6.7.8', type: 'domain' },
    ],
  },
  odd: [[1, 2], 'x'],
  empty: {},
  none: [],
};

const matches = (query: string): boolean => {
  const parsed = parseKql(query);
  if (!parsed.ok) throw new Error(`${query}: ${parsed.error.message}`);
  return toPredicate(parsed.ast, { now })(event);
};

describe('toPredicate', () => {
  it.each([
    '',
    'host.name: web-01',
    'host.name: "WEB-01"',
    'host.name: w*-0*',
    'event.code: 4625',
    'event.severity: 7',
    'event.severity: 7.0',
    'event.severity >= 7 and event.severity < 8',
    'event.code > 4000',
    'process.load > 0.4',
    'process.load: 0.5',
    'process.ok: true',
    'event.category: start_up',
    'process.args: (whoami and cmd)',
    'process.executable: C:\\windows\\system32\\CMD.exe',
    'process.executable: *\\cmd.exe',
    'process.executable: /cmd\\.EXE$/i',
    'host.ip: 10.0.0.0/8',
    'host.ip: fe80::/10',
    'host.ip: "fe80::1"',
    'threat.indicator.ip: 5.6.7.8',
    'threat.indicator: { ip: 1.2.3.4 and type: ipv4 }',
    'threat.indicator.ip: 1.2.3.4 and threat.indicator.type: domain',
    'host.*: web-01',
    '*.ip: 1.2.3.0/24',
    'host: *',
    'empty: *',
    'odd: x',
    'message: failed',
    'message: "invalid user"',
    'message: nothing failed',
    'message: inv*user',
    'message: /user \\w+ from/',
    'event.original: 13',
    'bob',
    'BOB',
    '10.1.2.3',
    'whoami',
    'nothing whoami',
    'who*mi',
    '/s[se]h2/',
    '4625',
    '@timestamp >= now-15m and @timestamp < now',
    '@timestamp: 2024-05-15',
    '@timestamp <= 2024-05-15',
    '@timestamp >= now/d',
    'not user.name: *',
    'not none: *',
    'host.name > a and host.name < x',
    'not a..b: x',
  ])('%s matches', (query) => expect(matches(query)).toBe(true));

  it.each([
    'host.name: web',
    'host.name: *web',
    'host.name: "w*"',
    'event.severity: 8',
    'event.severity: "7x"',
    'event: 4625',
    'odd: 1',
    'odd.0: x',
    'host.ip: 10.0.1.0/24',
    'threat.indicator: { ip: 1.2.3.4 and type: domain }',
    'process.args: { not a: b }',
    'message: fail',
    'message: ailed',
    'message: user*inv',
    'whoam',
    'cmd*whoami',
    'process.executable: /CMD/',
    '@timestamp > 2024-05-15',
    '@timestamp < now-15m',
    'user.name: *',
    'none: *',
    'x.*: *',
    '__proto__: *',
    'constructor.name: *',
  ])('%s does not match', (query) => expect(matches(query)).toBe(false));

  it('takes no time over hostile patterns', () => {
    const parsed = parseKql(`message: ${'*a'.repeat(100)}*b`);
    const test = parsed.ok ? toPredicate(parsed.ast, { now }) : undefined;
    const start = ownTime();
    expect(test?.({ message: 'a'.repeat(100_000) })).toBe(false);
    expect(ownTime() - start).toBeLessThan(200);
  });
});

describe('checkRegex', () => {
  it.each([
    '(?=a)',
    '(?<n>a)',
    '(?i)a',
    '\\1',
    '\\k<n>',
    '(a+)+',
    '(a|b)*',
    '((a+))*',
    '[]',
    '[^]',
    '[[:alpha:]]',
    'a{1000}',
    '\\cA',
    '[\\S]',
    '(',
    '\\p{Greek}',
    '\\',
  ])('refuses %s', (source) => expect(checkRegex(source).ok).toBe(false));

  it.each([
    '^a.*b$',
    '(?:ab)+',
    '(a|b)?',
    '[\\w.-]+@x',
    '\\p{Lu}',
    'a{2,5}',
    '\\x41',
    'a\\-b',
    '\\bfoo\\b',
    '[^\\d]',
  ])('takes %s', (source) => expect(checkRegex(source)).toMatchObject({ ok: true }));
});

describe('addressKey', () => {
  it.each([
    ['10.0.0.1', '00000000000000000000ffff0a000001'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['::', '0'.repeat(32)],
    ['2001:DB8::1', '20010db8000000000000000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1::', `0001${'0'.repeat(28)}`],
    ...[
      '256.0.0.1',
      '01.0.0.1',
      '1.2.3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7::8',
      ':::',
      '1::2::3',
      'g::',
      '12345::',
      '',
      '1:',
    ].map((text) => [text, undefined]),
  ])('%s', (text, key) => expect(addressKey(text as string)).toBe(key));
});

describe('times', () => {
  it.each([
    ['now', now, now + 1],
    ['now-15m', now - 900_000, now - 900_000 + 1],
    ['now/d', Date.UTC(2024, 4, 15), Date.UTC(2024, 4, 16)],
    ['now-1M/M', Date.UTC(2024, 3, 1), Date.UTC(2024, 4, 1)],
    ['now/w', Date.UTC(2024, 4, 13), Date.UTC(2024, 4, 20)],
    ['now-3M', Date.UTC(2024, 1, 15, 12, 30, 15), Date.UTC(2024, 1, 15, 12, 30, 15) + 1],
    ['now/y', Date.UTC(2024, 0), Date.UTC(2025, 0)],
    ['2024-02-29', Date.UTC(2024, 1, 29), Date.UTC(2024, 2, 1)],
    ['2024-05-01T10:00Z', Date.UTC(2024, 4, 1, 10), Date.UTC(2024, 4, 1, 10, 1)],
    ['2024-05-01T10:00:30', Date.UTC(2024, 4, 1, 10, 0, 30), Date.UTC(2024, 4, 1, 10, 0, 30) + 1],
    [
      '2024-05-01 10:00:00.123456+02:00',
      Date.UTC(2024, 4, 1, 8, 0, 0, 123),
      Date.UTC(2024, 4, 1, 8, 0, 0, 124),
    ],
  ])('%s', (text, from, to) => expect(parseMoment(text, now)).toEqual({ from, to }));

  it.each([
    '2023-02-29',
    '2024-13-01',
    'nowish',
    'now-',
    'now-5x',
    '2024',
    'yesterday',
    '2024-05-01T25:00:00Z',
  ])('%s is none', (text) => {
    expect(parseMoment(text, now)).toBeUndefined();
    expect(parseIsoTime(text)).toBeUndefined();
  });
});
