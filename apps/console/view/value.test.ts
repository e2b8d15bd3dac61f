import { expect, it } from 'vitest';
import { eventTree } from './event-tree.ts';
import { eventSummary, eventTime, valueText, visible } from './value.ts';

it.each([
  [null, ''],
  ['a', 'a'],
  [0, '0'],
  [false, 'false'],
  [['a', 1, null], 'a, 1, '],
  [{ a: 1 }, '{"a":1}'],
])('writes %j on one line', (value, text) => expect(valueText(value)).toBe(text));

it('says what an event is about, on one line', () => {
  expect(eventSummary({ message: 'a  b', process: { command_line: 'c' } })).toBe('a b');
  expect(eventSummary({ message: 'Log-on\r\nUser: d', user: { name: 'd' } })).toBe('Log-on User: d');
  expect(eventSummary({ process: { command_line: 'c' } })).toBe('c');
  // Such a message lists the fields.
  expect(eventSummary({ message: 'Process Create:\r\nUser: d', process: { command_line: 'c' } })).toBe('c');
  expect(eventSummary({})).toBe('');
  expect(eventTime({ '@timestamp': '1970-01-01T00:00:01.000Z' })).toBe(1_000);
  expect(eventTime({})).toBeNaN();
});

it('says who scored whom how, where a score has no words of its own', () => {
  const score = { name: 'odd-lines', version: '2', value: 0.81234 };
  expect(eventSummary({ tidewatch: { score }, host: { name: 'web-1' } })).toBe(
    'odd-lines 2: score 0.812 of web-1',
  );
  expect(eventSummary({ tidewatch: { score: { name: 'logons', value: 1, of: 'e-1' } } })).toBe(
    'logons: score 1 of event e-1',
  );
  const interval = { engine: 'forest', name: 'bytes-served', version: 'c029054e2571', value: 0.92, of: '[]' };
  expect(eventSummary({ tidewatch: { score: interval, source: 'web1' } })).toBe(
    'bytes-served: score 0.92 of web1',
  );
  expect(eventSummary({ tidewatch: { score: {} }, message: 'a' })).toBe('a');
});

it('makes a tree in order of interest, and searches it by path and value', () => {
  const event = { zeta: 1, host: { name: 'dc-01', ip: ['10.0.0.1'] }, '@timestamp': 't' };
  expect(eventTree(event).map(({ key }) => key)).toEqual(['@timestamp', 'host', 'zeta']);
  expect(eventTree(event, 'HOST.NAME')).toEqual([
    { key: 'host', path: 'host', children: [{ key: 'name', path: 'host.name', value: 'dc-01' }] },
  ]);
  expect(eventTree(event, '10.0')[0]?.children?.map(({ path }) => path)).toEqual(['host.ip']);
  expect(eventTree(event, 'nowhere')).toEqual([]);
});

it('shows what would not be seen', () => {
  expect(visible('a\u001b[2J\u202eb\u0000\u007f\tc\nd\u200b\ufeff')).toBe(
    'a⟨U+001B⟩[2J⟨U+202E⟩b⟨U+0000⟩⟨U+007F⟩\tc\nd⟨U+200B⟩⟨U+FEFF⟩',
  );
  expect(visible('Log-on\r\nof alice\rbob')).toBe('Log-on\nof alice⟨U+000D⟩bob');
  // Persian words and families of emoji are written with joiners.
  expect(visible('می\u200cخواهم 👩\u200d👧')).toBe('می\u200cخواهم 👩\u200d👧');
  expect(eventSummary({ message: 'x'.repeat(1_000_000) })).toHaveLength(1_000);
});
