import { expect, test } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { readParser } from '../parsers/load.ts';
import { tryProcessor } from '../parsers/try.suite.ts';
import { grokNames } from './grok_names.ts';
import { compileGrok } from './grok_pattern.ts';

/** What the author of a file with that step is told. */
function issues(step: unknown): string {
  const file = { name: 'a', title: 'A', match: { contains: 'abc' }, processors: [step] };
  const read = readParser(JSON.stringify(file), 'a.yml', {});
  return 'issues' in read ? read.issues.map(({ message }) => message).join() : '';
}

test.each([
  [{ grok: '%{NOTHING:a}' }, '%{NOTHING} is not defined'],
  [{ grok: '%{WORD}' }, 'names no field'],
  [{ grok: '%{WORD:a b}' }, 'a b is not a path of a field'],
  [{ grok: '%{WORD:__proto__}' }, '__proto__ is not a path of a field'],
  [{ grok: '%{WORD:a:number}' }, 'number is not one of int, long'],
  [{ grok: '(?=x)%{WORD:a}' }, 'look-around'],
  [{ grok: '%{WORD:a}(' }, 'Unterminated group'],
  [{ grok: { patterns: ['%{A:a}'], definitions: { A: '%{B}', B: '%{A}' } } }, 'in a circle'],
  [{ regex: '(?<a>x)(?<!y)' }, 'look-around'],
  [{ regex: '(?<a>x)\\1' }, 'back-reference'],
  [{ regex: '(x)' }, 'names no field'],
  [{ regex: '(?<a__>x)' }, 'is not a path of a field'],
  [{ replace: { field: 'a', pattern: '/(?=a)/', with: '' } }, 'look-around'],
  [{ split: { field: 'a', separator: '/[/' } }, 'Invalid regular expression'],
])('%j is refused: %s', (config, message) => {
  expect(issues(config)).toContain(message);
});

test.each([
  ['IP', '192.0.2.7'],
  ['IP', '2001:db8::1'],
  ['IP', 'fe80::1%eth0'],
  ['IPORHOST', 'web1.example.org'],
  ['HOSTPORT', 'web1:443'],
  ['NUMBER', '-12.5'],
  ['BASE16NUM', '0x1F'],
  ['QUOTEDSTRING', '"a \\" b"'],
  ['UUID', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ['MAC', '00:53:00:ab:cd:ef'],
  ['MAC', '0053.00ab.cdef'],
  ['PATH', '/var/log/a'],
  ['PATH', 'C:\\Users\\alice'],
  ['URI', 'https://alice@web1.example.org:8443/a?b=c'],
  ['URIPATHPARAM', '/a/b?c'],
  ['EMAILADDRESS', 'alice@example.org'],
  ['TIMESTAMP_ISO8601', '2026-11-21T09:08:01,250+01:00'],
  ['HTTPDATE', '21/Nov/2026:10:08:01 +0100'],
  ['SYSLOGTIMESTAMP', 'Nov  1 09:08:01'],
  ['DATESTAMP_OTHER', 'Sat Nov 21 09:08:01 UTC 2026'],
  ['DATE_EU', '21.11.2026'],
  ['LOGLEVEL', 'WARNING'],
  ['JAVACLASS', 'org.example.Main$1'],
  ['TTY', '/dev/pts/3'],
])('%%{%s} takes %s whole', (name, text) => {
  expect(tryProcessor({ grok: `^%{${name}:a.b}$` }, { message: text }).fields).toEqual({
    message: text,
    a: { b: text },
  });
});

test.each([
  ['IP', '1.2.3'],
  ['IP', '10:08:01'],
  ['MONTH', 'Foo'],
  ['MAC', '00:53:00'],
  ['POSINT', '0'],
])('%%{%s} does not take %s', (name, text) => {
  expect(tryProcessor({ grok: `^%{${name}:a}$` }, { message: text }).failed).toContain('pattern_mismatch');
});

test.each(Object.keys(grokNames))('%s compiles to a linear expression', (name) => {
  expect(compileGrok(`%{${name}:a}`, {}).ok).toBe(true);
});

test('groups and names of one field keep their numbers', () => {
  const config = { grok: '^(?:%{IP:source.ip}|%{HOST:source.domain}) ([a-z(]+) (?<user.name>\\w+)\\($' };
  expect(tryProcessor(config, { message: 'web1 x(y alice(' }).fields).toEqual({
    message: 'web1 x(y alice(',
    source: { domain: 'web1' },
    user: { name: 'alice' },
  });
});

test.each([
  ['(\\S+) .*? (\\S+) .*?x(?<a>\\d+)$', 'a b '.repeat(250_000)],
  ['^(?<a>(?:a+)+)b', 'a'.repeat(1_000_000)],
  ['(?<a>(?:x|xx)*)y$', 'x'.repeat(2_000)],
])('%s is not slow', (pattern, message) => {
  const run = () => {
    const started = ownTime();
    expect(tryProcessor({ regex: pattern }, { message }).failed).toContain('pattern_mismatch');
    return ownTime() - started;
  };
  expect(Math.min(run(), run(), run())).toBeLessThan(150);
});
