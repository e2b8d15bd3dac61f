import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { matches } from './engine_fixture.ts';

type Case = readonly [items: string, event: JsonObject, expected: boolean];

function table(
  name: string,
  cases: readonly Case[],
  placeholders?: ReadonlyMap<string, readonly string[]>,
): void {
  describe(name, () => {
    it.each(cases.map(([items, event, expected]) => ({ items, event: JSON.stringify(event), expected })))(
      '$items on $event: $expected',
      ({ items, event, expected }) => {
        expect(matches(items, JSON.parse(event) as JsonObject, placeholders)).toBe(expected);
      },
    );
  });
}

table('strings', [
  ['f: Value', { f: 'vALUE' }, true],
  ['f: value', { f: 'value2' }, false],
  ['f: val*', { f: 'VALUE' }, true],
  ['f: v?lue', { f: 'value' }, true],
  ['f: v?lue', { f: 'vlue' }, false],
  ['f: v?lue', { f: 'v\u{1F600}lue' }, true],
  ["f: 'a*c'", { f: 'a\r\nb\nc' }, true],
  ["f: '*b?'", { f: 'aab\u{1F600}' }, true],
  ["f: 'a*b*c'", { f: 'a-b-b-c' }, true],
  ["f: 'a*b*c'", { f: 'a-c-b' }, false],
  ["f: 'ab*ba'", { f: 'aba' }, false],
  ["f: '*'", { f: '' }, true],
  ["f: '*'", { g: 'x' }, false],
  ["f: '?*'", { f: '' }, false],
  [String.raw`f: 'a\*b'`, { f: 'a*b' }, true],
  [String.raw`f: 'a\*b'`, { f: 'axb' }, false],
  [String.raw`f: 'a\?b'`, { f: 'a?b' }, true],
  [String.raw`f: 'a\\*b'`, { f: 'a\\xyzb' }, true],
  [String.raw`f: 'a\\*b'`, { f: 'axyzb' }, false],
  [String.raw`f: 'a\\\*b'`, { f: 'a\\*b' }, true],
  [String.raw`f: 'a\\\*b'`, { f: 'a\\xb' }, false],
  [String.raw`f: 'C:\Windows\x'`, { f: 'c:\\windows\\X' }, true],
  [String.raw`f: 'a\\b'`, { f: 'a\\b' }, true],
  [String.raw`f: 'a\\\\b'`, { f: 'a\\\\b' }, true],
  [String.raw`f: 'a\\\b'`, { f: 'a\\\\b' }, true],
  [String.raw`f|endswith: '\temp\'`, { f: 'c:\\TEMP\\' }, true],
  [String.raw`f|contains: '\temp\'`, { f: 'c:\\temp\\x' }, true],
  ["f|contains: ' -a '", { f: 'x -a y' }, true],
  ["f|contains: ' -a '", { f: 'x -a' }, false],
  ['f: ISTANBUL', { f: 'istanbul' }, true],
  ['f: istanbul', { f: '\u0130stanbul' }, true],
  ['f|contains: \u03bf\u03b4\u03bf\u03c3', { f: '\u039f\u0394\u039f\u03a3' }, true],
  ['f|endswith: \u03bf\u03c3x', { f: '\u039f\u03a3X' }, true],
]);

table('null and empty', [
  ['f: null', { g: 'x' }, true],
  ['f: null', { f: null }, true],
  ['f: null', { f: '' }, false],
  ['f:', { g: 1 }, true],
  ["f: ''", { f: '' }, true],
  ["f: ''", { g: 'x' }, false],
  ["f: ''", { f: null }, false],
  ["f:\n  - ''\n  - null", { g: 'x' }, true],
  ['f: null', { f: [] }, true],
  ['f|neq: null', { f: 'x' }, true],
  ['f|neq: null', { g: 'x' }, false],
]);

table('numbers and booleans', [
  ['f: 1', { f: '1' }, true],
  ["f: '1'", { f: 1 }, true],
  ['f: 1', { f: 10 }, false],
  ['f: 0x10', { f: '0x10' }, true],
  ['f: 0x10', { f: 16 }, false],
  ['f: 007', { f: '007' }, true],
  ['f: 1.10', { f: '1.10' }, true],
  ['f: -1', { f: -1 }, true],
  ['f: true', { f: 'True' }, true],
  ["f: 'true'", { f: true }, true],
  ['f|contains: 46', { f: 4688 }, true],
  ['f: 2024-01-02', { f: '2024-01-02' }, true],
]);

table('placement', [
  ['f|contains: b', { f: 'ABC' }, true],
  ['f|contains: d', { f: 'ABC' }, false],
  ['f|startswith: ab', { f: 'ABC' }, true],
  ['f|startswith: bc', { f: 'ABC' }, false],
  ['f|endswith: bc', { f: 'ABC' }, true],
  ['f|endswith: ab', { f: 'ABC' }, false],
  ['f|startswith: a?c', { f: 'abcd' }, true],
]);

table('lists, all, arrays', [
  ['f:\n  - a\n  - b', { f: 'b' }, true],
  ['f:\n  - a\n  - b', { f: 'c' }, false],
  ['f|contains|all:\n  - a\n  - b', { f: 'xbxa' }, true],
  ['f|contains|all:\n  - a\n  - b', { f: 'xbx' }, false],
  ['f|all|contains:\n  - a\n  - b', { f: 'ab' }, true],
  ['f: a', { f: ['x', 'A'] }, true],
  ['f: a', { f: ['x', 'y'] }, false],
  ['f|contains|all:\n  - a\n  - b', { f: ['xa', 'xb'] }, true],
  ['f|neq: a', { f: ['b', 'c'] }, true],
  ['f|neq: a', { f: ['b', 'a'] }, false],
  ['f: null', { f: ['a', null] }, true],
  ['f.g: a', { f: [{ g: 'b' }, { g: 'a' }] }, true],
]);

table('cased', [
  ['f|cased: Ab', { f: 'Ab' }, true],
  ['f|cased: Ab', { f: 'ab' }, false],
  ['f|contains|cased: B', { f: 'aBc' }, true],
  ['f|cased|contains: B', { f: 'abc' }, false],
]);

table('re', [
  ["f|re: 'a.c'", { f: 'xabcx' }, true],
  ["f|re: 'A.c'", { f: 'abc' }, false],
  ["f|re|i: 'A.c'", { f: 'abc' }, true],
  ["f|re: '(?i)A.c'", { f: 'abc' }, true],
  ["f|re: '(?is)A.c'", { f: 'a\nc' }, true],
  ["f|re: 'a.c'", { f: 'a\nc' }, false],
  ["f|re: 'a.c'", { f: 'a\rc' }, true],
  ["f|re|s: 'a.c'", { f: 'a\nc' }, true],
  ["f|re: '^b$'", { f: 'a\nb\nc' }, false],
  ["f|re|m: '^b$'", { f: 'a\nb\nc' }, true],
  ["f|re|i|m: '^B$'", { f: 'a\nb\nc' }, true],
  [String.raw`f|re: '\-\"[^\\]{2}$'`, { f: '-"ab' }, true],
  ["f|re: '[]a]+b'", { f: ']b' }, true],
  ["f|re: '(?P<n>a)b'", { f: 'ab' }, true],
  ["f|re:\n  - '^x'\n  - 'y$'", { f: 'ay' }, true],
  ["f|re|all:\n  - '^a'\n  - 'y$'", { f: 'ay' }, true],
  ["f|re: '^$'", { f: null }, false],
  ["f|re: 'b'", { f: ['a', 'b'] }, true],
]);

table('windash', [
  ["f|windash: '-a'", { f: '/A' }, true],
  ["f|windash: '/a'", { f: '-a' }, true],
  ["f|contains|windash: ' -a-b '", { f: 'x \u2013a\u2015b y' }, true],
  ["f|windash|contains|all:\n  - '-a'\n  - '-b'", { f: '/b \u2014a' }, true],
  ["f|windash: '-a'", { f: '+a' }, false],
]);

table('encodings', [
  ['f|base64: foobar', { f: 'Zm9vYmFy' }, true],
  ['f|base64|contains: foobar', { f: 'xxZm9vYmFyxx' }, true],
  ['f|base64: foo', { f: 'Zm9vYmFy' }, false],
  ['f|base64offset|contains: secret', { f: Buffer.from('the secret').toString('base64') }, true],
  ['f|base64offset|contains: secret', { f: Buffer.from('a secret!').toString('base64') }, true],
  ['f|base64offset|contains: secret', { f: Buffer.from('my  secret').toString('base64') }, true],
  ['f|base64offset|contains: secret', { f: Buffer.from('nothing').toString('base64') }, false],
  ['f|base64offset|contains: ünï', { f: Buffer.from('x ünï y').toString('base64') }, true],
  ['f|wide|base64offset|contains: ping', { f: Buffer.from('a ping', 'utf16le').toString('base64') }, true],
  ['f|utf16le|base64: ab', { f: 'YQBiAA==' }, true],
  ['f|utf16be|base64: ab', { f: 'AGEAYg==' }, true],
  ['f|utf16|base64: ab', { f: '//5hAGIA' }, true],
  ['f|wide|contains: ab', { f: 'x a\0b\0 y' }, true],
  ['f|utf16be|contains: ab', { f: '\0a\0b' }, true],
  [
    'f|base64offset|contains|all:\n  - alpha\n  - omega',
    { f: Buffer.from('alpha omega').toString('base64') },
    true,
  ],
]);

table('cidr', [
  ['f|cidr: 10.0.0.0/8', { f: '10.255.1.2' }, true],
  ['f|cidr: 10.0.0.0/8', { f: '11.0.0.1' }, false],
  ['f|cidr: 192.168.1.7', { f: '192.168.1.7' }, true],
  ['f|cidr: 0.0.0.0/0', { f: '8.8.8.8' }, true],
  ['f|cidr: fe80::/10', { f: 'fe80::1%eth0' }, true],
  ['f|cidr: fe80::/10', { f: '10.0.0.1' }, false],
  ["f|cidr: '::1/128'", { f: '0:0:0:0:0:0:0:1' }, true],
  ['f|cidr: 10.0.0.0/8', { f: '::ffff:10.1.2.3' }, true],
  ["f|cidr: '2001:db8::/32'", { f: '2001:DB8:1::5' }, true],
  ['f|cidr:\n  - 10.0.0.0/8\n  - fc00::/7', { f: ['1.1.1.1', 'fd00::1'] }, true],
  ['f|cidr: 10.0.0.0/8', { f: null }, false],
  ['f|cidr: 10.0.0.0/8', { f: 'not an address' }, false],
]);

table('exists', [
  ['f|exists: true', { f: '' }, true],
  ['f|exists: true', { f: null }, true],
  ['f|exists: true', { g: 1 }, false],
  ['f|exists: false', { g: 1 }, true],
  ['f|exists: false', { f: 0 }, false],
]);

table('fieldref', [
  ['f|fieldref: g', { f: 'A', g: 'a' }, true],
  ['f|fieldref: g', { f: 'a', g: 'b' }, false],
  ['f|fieldref: g', { f: 'a' }, false],
  ['f|fieldref: g', {}, false],
  ['f|fieldref|cased: g', { f: 'A', g: 'a' }, false],
  ['f|fieldref|endswith: g', { f: 'C:\\x.exe', g: 'X.EXE' }, true],
  ['f|fieldref|startswith: g', { f: 'abc', g: 'b' }, false],
  ['f|fieldref|contains: g', { f: 'abc', g: 'b' }, true],
  ['f|fieldref|neq: g', { f: 'a', g: 'b' }, true],
  ['f|fieldref|neq: g', { f: 'a', g: 'a' }, false],
  ['f|fieldref: g', { f: ['x', 'a'], g: ['a', 'z'] }, true],
]);

table('comparisons', [
  ['f|gt: 5', { f: 6 }, true],
  ['f|gt: 5', { f: '6' }, true],
  ['f|gt: 5', { f: 5 }, false],
  ['f|gte: 5', { f: 5 }, true],
  ['f|lt: 5', { f: 4.5 }, true],
  ['f|lt: 5', { f: 5 }, false],
  ['f|lte: 5', { f: '5' }, true],
  ['f|lte: 5', { f: null }, false],
  ['f|lt: 5', { g: 1 }, false],
  ['f|gt: 5', { f: '0x10' }, false],
  ['f|gt: 5', { f: '' }, false],
  ['f|gt: 5', { f: [1, 9] }, true],
  ['f|neq: 5', { f: 6 }, true],
  ['f|neq: 5', { f: '5' }, false],
  ['f|neq: a', { f: 'b' }, true],
  ['f|neq:\n  - a\n  - b', { f: 'b' }, false],
  ['f|neq:\n  - a\n  - b', { f: 'c' }, true],
  ['f|neq: a', { g: 'b' }, false],
  ['f|contains|neq: a', { f: 'bcd' }, true],
]);

table('parts of a date', [
  ['f|minute: 7', { f: '2025-11-27T22:07:40Z' }, true],
  ['f|hour: 22', { f: '2025-11-27 22:07:40.132' }, true],
  ['f|day: 27', { f: '2025-11-27' }, true],
  ['f|hour: 0', { f: '2025-11-27' }, false],
  ['f|week: 1', { f: '2024-12-30T00:00:00Z' }, true],
  ['f|month: 11', { f: '2025-11-27T22:07:40+05:00' }, true],
  ['f|year: 2025', { f: 1764281260 }, true],
  ['f|year: 2025', { f: 1764281260000 }, true],
  ['f|hour|gte: 20', { f: '2025-11-27T22:07:40Z' }, true],
  ['f|hour|lt: 20', { f: '2025-11-27T22:07:40Z' }, false],
  ['f|hour|neq: 22', { f: '2025-11-27T22:07:40Z' }, false],
  ['f|hour: 22', { f: 'noon' }, false],
  ['f|hour:\n  - 1\n  - 22', { f: '2025-11-27T22:07:40Z' }, true],
]);

table(
  'expand',
  [
    ["f|expand: '%admins%'", { f: 'Root' }, true],
    ["f|expand: '%admins%'", { f: 'adm_bob' }, true],
    ["f|expand: '%admins%'", { f: 'bob' }, false],
    ["f|expand: 'x-%admins%-%hosts%'", { f: 'x-root-h1' }, true],
    ["f|contains|expand: '%hosts%'", { f: 'on h1 now' }, true],
    ["f|cidr|expand: '%nets%'", { f: '10.1.1.1' }, true],
    ["f|re|expand: '^%hosts%$'", { f: 'h1' }, true],
    [String.raw`f|expand: '\%plain%hosts%'`, { f: '%plainh1' }, true],
    ["f: '%hosts%'", { f: '%hosts%' }, true],
    ["f|expand|all:\n  - '%hosts%*'\n  - '*%admins%'", { f: 'h1root' }, true],
  ],
  new Map([
    ['admins', ['root', 'adm_*']],
    ['hosts', ['h1']],
    ['nets', ['10.0.0.0/8']],
  ]),
);

table('keywords', [
  ['- evil\n- bad', { a: { b: ['x', 'an EVIL thing'] } }, true],
  ['- evil', { evil: 'good' }, false],
  ['- ev*l', { a: 'xx evil xx' }, true],
  ['- 4688', { a: 14688 }, true],
  ["'|all':\n  - one\n  - two", { a: 'one', b: { c: 'two' } }, true],
  ["'|all':\n  - one\n  - two", { a: 'one' }, false],
  ["'|re': '^x\\d$'", { a: { b: 'x1' } }, true],
  ['- evil\n- f: a', { f: 'a' }, true],
  ['single', { a: 'a SINGLE keyword' }, true],
]);
