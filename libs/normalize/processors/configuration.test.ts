import { expect, test } from 'vitest';
import { readParser } from '../parsers/load.ts';
import { tryProcessor } from '../parsers/try.suite.ts';
import { severitySchemes } from './severity_schemes.ts';

/** What the author of a file with that step is told. */
function issues(step: unknown): string {
  const file = { name: 'a', title: 'A', match: { contains: 'abc' }, processors: [step] };
  const read = readParser(JSON.stringify(file), 'a.yml', {});
  return 'issues' in read ? read.issues.map(({ message }) => message).join() : '';
}

test.each([
  [{ calculate: { a: '1 +' } }, 'ends too early'],
  [{ calculate: { a: '1 2' } }, '“2” stands where nothing should'],
  [{ calculate: { a: '(1' } }, 'not closed'],
  [{ calculate: { a: 'a & b' } }, '“& b” is no number'],
  [{ calculate: { a: '('.repeat(100) } }, 'nests too deep'],
  [{ calculate: { a: 'a.__proto__' } }, 'stands where a number or field should'],
  [{ cidr: { field: 'a', networks: '192.0.2.0/33', set: {} } }, 'is no network'],
  [{ cidr: { networks: '192.0.2.0/24', set: {} } }, 'has one of'],
  [{ list: { field: 'a', set: {} } }, 'has one of'],
  [{ severity: { field: 'a' } }, 'has one of'],
  [{ severity: { field: 'a', scheme: 'sylog' } }, 'did you mean "syslog"'],
  [{ hmac: { key: 'secret' } }, 'Invalid input'],
  [{ hmac: { key: { env: 'TIDEWATCH_NO_SUCH_VARIABLE' } } }, 'is not set'],
  [{ rename: { 'a.b': 'c.d' } }, '`move` takes paths'],
  [{ template: { a: '{b c}' } }, 'is not a path of a field'],
  [{ drop: { reason: 'No Reason' } }, 'is lower case letters'],
  [{ date: { field: 'a', formats: ['UNIX'], zone: 'Mars/Base' } }, 'is no time zone'],
  [{ foreach: { field: 'a', do: [{ lower: 'a', upper: 'b' }] } }, 'names one processor'],
  [{ foreach: { field: 'a', do: [{ if: '(', drop: { reason: 'x' } }] } }, 'is not KQL'],
  [{ set: { 'a..b': 1 } }, 'is not a path of a field'],
  [{ dissect: '%{a of %{b}' }, '“%{a of ” is not closed by }'],
])('%j is refused: %s', (step, message) => {
  expect(issues(step)).toContain(message);
});

test('a stream that the configuration lacks keeps the parser from being loaded', () => {
  const file = JSON.stringify({
    name: 'a',
    title: 'A',
    match: { contains: 'abc' },
    processors: [{ redirect: { stream: 'flows' } }],
  });
  expect(readParser(file, 'a.yml', { streams: ['flows'] })).not.toHaveProperty('issues');
  expect(readParser(file, 'a.yml', { streams: [] })).toMatchObject({
    issues: [{ message: expect.stringContaining('no stream flows') }],
  });
});

test.each([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['2 - 3 - 4', -5],
  ['12 / 3 / 2', 2],
  ['--2', 2],
  ['7 % 4', 3],
  ['a.b+1', 3],
  ['a.c', undefined],
  ['a.d', undefined],
])('%s is %s', (text, value) => {
  expect(tryProcessor({ calculate: { x: text } }, { a: { b: '2', c: 'x', d: true } }).fields.x).toBe(value);
});

test.each([
  ['syslog', '3', 'error', 3],
  ['syslog', 'crit', 'critical', 2],
  ['cef', '8', 'high', 8],
  ['cef', 'Very-High', 'very-high', 9],
  ['windows', '2', 'error', 2],
  ['log4j', 'WARN', 'warn', 300],
  ['python', '35', 'warning', 35],
  ['python', 'FATAL', 'critical', 50],
  ['suricata', '1', 'high', 1],
  ['suricata', '3', 'low', 3],
  ['cvss', '9.8', 'critical', 9.8],
  ['cvss', '0', 'none', 0],
  ['words', 'High', 'high', 3],
] as const)('%s %s is %s, %s', (scheme, value, level, severity) => {
  expect(severitySchemes[scheme](value)).toEqual({ level, severity });
});

test.each([
  ['syslog', '8'],
  ['cef', ''],
  ['cvss', '11'],
  ['suricata', '0'],
  ['windows', 'constructor'],
] as const)('%s knows no %s', (scheme, value) => {
  expect(severitySchemes[scheme](value)).toBeUndefined();
});

test('events do not share what a configuration sets', () => {
  const step = {
    do: [{ set: { 'event.category': ['a'] } }, { append: { b: 'event.category' } }],
    if: 'b: *',
  };
  expect(tryProcessor(step, { b: 'x' }).fields.event).toEqual({ category: ['a', 'x'] });
  expect(tryProcessor(step, { b: 'y' }).fields.event).toEqual({ category: ['a', 'y'] });
});
