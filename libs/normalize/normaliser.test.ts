import { eventId } from '@tidewatch/event/ids';
import { expect, test } from 'vitest';
import { datasets } from './datasets.ts';
import type { Warning } from './draft.ts';
import { normalised, receivedAt, recordOf } from './normalised.suite.ts';
import { createNormaliser } from './normaliser.ts';

const normalise = createNormaliser({ timeZone: 'UTC' });
const outcomeOf = (content: string | Uint8Array, format: Parameters<typeof recordOf>[1] = 'auto'): string => {
  const outcome = normalise(recordOf(content, format), 'test');
  return outcome.status === 'ok'
    ? outcome.value.head.dataset
    : `${outcome.status} ${'reason' in outcome ? outcome.reason : ''}`;
};
const sshd = 'Nov 21 09:08:01 web1 sshd[1]: Accepted password for a from 10.0.0.1 port 1 ssh2';
const deep = `{"a":${'['.repeat(40)}${']'.repeat(40)}}`;
const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`k${i}`, i])));

test.each([
  ['', 'auto', 'dropped empty'],
  ['  \r\n', 'json', 'dropped empty'],
  ['{"a":', 'json', 'dead_letter invalid_json'],
  ['not json', 'json', 'dead_letter invalid_json'],
  ['[1]', 'json', 'dead_letter not_an_object'],
  ['null', 'json', 'dead_letter not_an_object'],
  ['{"a":', 'auto', 'generic.text'],
  ['{"a":1}', 'auto', 'generic.json'],
  ['{"a":1}', 'text', 'generic.text'],
  ['{"a":1}', 'syslog', 'linux.syslog'],
  [deep, 'auto', 'dead_letter too_deep'],
  [wide, 'json', 'dead_letter too_wide'],
  [`{"${'a.'.repeat(5_000)}b":1}`, 'json', 'dead_letter too_deep'],
  [sshd, 'auto', 'linux.sshd'],
  [sshd, 'text', 'linux.sshd'],
  [sshd, 'syslog', 'linux.sshd'],
  [`<38>${sshd}`, 'text', 'linux.sshd'],
  ['hello world', 'auto', 'generic.text'],
  ['hello world', 'syslog', 'linux.syslog'],
] as const)('%j as %s is %s', (content, format, expected) =>
  expect(outcomeOf(content, format)).toBe(expected),
);

test('the envelope of an event', () => {
  const event = normalised('hello', 'text', { path: '/var/log/app.log' });
  expect(event).toEqual({
    '@timestamp': '2026-11-21T09:08:05.250Z',
    message: 'hello',
    log: { file: { path: '/var/log/app.log' } },
    event: {
      id: eventId({ kind: 'file', fingerprint: 'f00d', offset: 7 }),
      kind: 'event',
      module: 'generic',
      dataset: 'generic.text',
      ingested: '2026-11-21T09:08:05.250Z',
      original: 'hello',
    },
    tags: ['timestamp_missing'],
    tidewatch: { source: 'test', data_class: 'unapproved' },
    ecs: { version: '9.5.0-dev' },
  });
});

test('one position gives one id', () => {
  expect(normalised('a').event.id).toBe(normalised('b').event.id);
});

test('a data set named for the source counts where nothing else tells', () => {
  expect(normalised('hello', 'text', { dataset: 'acme.app' }).event.dataset).toBe('acme.app');
  expect(normalised('{"a":1}', 'json', { dataset: 'acme.app' }).event.dataset).toBe('acme.app');
  expect(normalised(sshd, 'text', { dataset: 'acme.app' }).event.dataset).toBe('linux.sshd');
});

test('invalid UTF-8 is replaced and flagged; a replacement character that was sent is neither', () => {
  const bytes = Buffer.concat([Buffer.from('caf'), Buffer.from([0xe9]), Buffer.from(' ok')]);
  const event = normalised(bytes);
  expect([event.message, event.tags]).toEqual(['caf\ufffd ok', ['invalid_utf8', 'timestamp_missing']]);
  expect(normalised('caf\ufffd').tags).toEqual(['timestamp_missing']);
});

test('bytes are read where their view says', () => {
  const whole = Buffer.from('xxhelloxx');
  expect(normalised(new Uint8Array(whole.buffer, whole.byteOffset + 2, 5)).message).toBe('hello');
});

test('a stamp more than five minutes ahead is kept and flagged', () => {
  const at = (ms: number): string => new Date(receivedAt + ms).toISOString();
  const event = normalised({ '@timestamp': at(300_001), ecs: {}, tags: ['own'] });
  expect([event['@timestamp'], event.tags]).toEqual([at(300_001), ['own', 'timestamp_in_future']]);
  expect(normalised({ '@timestamp': at(300_000), ecs: {} }).tags).toBeUndefined();
});

test('a line of a megabyte is kept whole as original and cut as message', () => {
  const line = `<13>Nov 21 09:08:01 h app: ${'x'.repeat(1_000_000)}`;
  const event = normalised(line);
  expect((event.event.original as string).length).toBe(line.length);
  expect((event.message as string).length).toBeLessThanOrEqual(65_536);
  expect(event.tags).toEqual(['truncated']);
});

test('a line that the input had to cut is flagged', () => {
  const event = normalised('<13>Nov 21 09:08:01 h app: head', 'auto', { truncatedFrom: 1_000_000 });
  expect(event.tags).toEqual(['truncated']);
});

test('governance names the class, or refuses', () => {
  const classify = (source: string, dataset: string) =>
    dataset === 'linux.sshd'
      ? { dataClass: `${source}_auth` }
      : { refused: `${dataset} has no approved use-case.` };
  expect(normalised(sshd, 'auto', {}, { classify }).tidewatch).toEqual({
    source: 'test',
    data_class: 'test_auth',
  });
  expect(createNormaliser({ classify })(recordOf('hello'), 'test')).toEqual({
    status: 'dead_letter',
    reason: 'governance_refused',
    message: 'generic.text has no approved use-case.',
  });
});

test('a time beyond the year 9999 is none', () => {
  const event = normalised('<13>1 9999-12-31T23:59:59-01:00 h a - - - m');
  expect(event['@timestamp']).toBe('2026-11-21T09:08:05.250Z');
  expect(event.tags).toEqual(['timestamp_missing']);
});

test('flags are counted by source', () => {
  const seen: [Warning, string][] = [];
  normalised('hello', 'auto', {}, { onWarning: (...warning) => seen.push(warning) });
  expect(seen).toEqual([['timestamp_missing', 'test']]);
});

test('every data set of a known name is in the registry', () => {
  const names = datasets.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { description } of datasets) expect(description.length).toBeGreaterThan(10);
  expect(names).toEqual(
    expect.arrayContaining(['windows.security', 'linux.sshd', 'nginx.access', 'generic.text']),
  );
});
