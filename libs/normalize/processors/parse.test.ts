import { expect, test } from 'vitest';
import { recordOf } from '../normalised.suite.ts';
import { createNormaliser } from '../normaliser.ts';
import type { Parser } from '../parsers/compile.ts';
import { createDispatch } from '../parsers/dispatch.ts';
import { readParser } from '../parsers/load.ts';

const parser = (file: object): Parser => {
  const read = readParser(JSON.stringify({ title: 'A', ...file }), 'a.yml', {});
  if ('issues' in read) throw new Error(JSON.stringify(read.issues));
  return read;
};

const container = parser({
  name: 'container.json',
  match: { fields: { log: null, stream: null } },
  processors: [{ parse: { field: 'container.log' } }],
});
const app = parser({
  name: 'app.line',
  match: { starts_with: 'app:' },
  processors: [
    { dissect: 'app:%{_time} %{event.action}' },
    { date: { field: '_time', formats: ['UNIX'] } },
    { if: 'event.action: noise', drop: { reason: 'noise' } },
    { if: 'event.action: odd', dead_letter: { reason: 'odd' } },
    { if: 'event.action: flow', redirect: { stream: 'flows' } },
  ],
});
const circle = parser({
  name: 'circle',
  match: { starts_with: 'round' },
  processors: [{ parse: { field: 'message', keep: true } }],
});

const normalise = createNormaliser({
  timeZone: 'UTC',
  parsers: () => createDispatch([container, app, circle]),
});
const read = (log: unknown) => normalise(recordOf(JSON.stringify({ log, stream: 'stdout' }), 'json'), 'pods');
const event = (log: unknown) => {
  const outcome = read(log);
  if (outcome.status !== 'ok') throw new Error(outcome.status);
  return JSON.parse(outcome.value.json);
};

test('what the inner parser says counts: data set, time, fields', () => {
  expect(event('app:1795252081 start')).toMatchObject({
    '@timestamp': '2026-11-21T09:08:01.000Z',
    event: { dataset: 'app.line', action: 'start' },
    container: { stream: 'stdout' },
  });
  expect(event('app:1795252081 start').container.log).toBeUndefined();
});

test('native parsers take lines and documents, too', () => {
  const line = '203.0.113.7 - - [21/Nov/2026:10:08:01 +0100] "GET /a HTTP/1.1" 200 5 "-" "curl/8.5.0"';
  expect(event(line)).toMatchObject({ event: { dataset: 'nginx.access' }, source: { ip: '203.0.113.7' } });
  const ecs = {
    '@timestamp': '2026-11-21T09:08:01Z',
    'ecs.version': '8.0',
    'source.ip': '192.0.2.7',
    'event.action': 'a',
  };
  expect(event(JSON.stringify(ecs))).toMatchObject({ source: { ip: '192.0.2.7' }, event: { action: 'a' } });
  expect(event(ecs)).toMatchObject({ source: { ip: '192.0.2.7' } });
});

test.each([
  ['app:1795252081 noise', { status: 'dropped', reason: 'noise' }],
  ['app:1795252081 odd', { status: 'dead_letter', reason: 'odd' }],
  ['app:1795252081 flow', { status: 'redirected', stream: 'flows' }],
])('%s ends as the inner parser says', (log, outcome) => {
  expect(read(log)).toMatchObject(outcome);
});

test.each([
  ['just words', 'no_parser'],
  ['app:soon start', 'date_mismatch'],
  ['round and round', 'too_deep'],
  [7, 'no_parser'],
])('%s is kept with what was understood', (log, reason) => {
  const found = event(log);
  expect(found.error.message).toContain(reason);
  expect(found.tags).toContain('parser_failed');
  expect(found.container.stream).toBe('stdout');
});

test('lists in lists end a record after some time', () => {
  const inner = (depth: number): object[] =>
    depth === 0 ? [{ set: { 'labels.a': 'b' } }] : [{ foreach: { field: 'nest.a', do: inner(depth - 1) } }];
  const nest = parser({ name: 'nest.a', match: { fields: { a: null } }, processors: inner(4) });
  const normalise = createNormaliser({ parsers: () => createDispatch([nest]) });
  const document = JSON.stringify({ a: Array.from({ length: 1_000 }, (_, i) => i) });
  const outcome = normalise(recordOf(document, 'json'), 'a');
  if (outcome.status !== 'ok') throw new Error(outcome.status);
  expect(JSON.parse(outcome.value.json).error.message).toContain('too_many');
});
