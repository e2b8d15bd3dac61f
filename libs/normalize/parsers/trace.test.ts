import { expect, it } from 'vitest';
import { recordOf } from '../normalised.suite.ts';
import type { Parser } from './compile.ts';
import { createDispatch } from './dispatch.ts';
import { readParser } from './load.ts';
import { createExplainer } from './trace.ts';

const parser = (yaml: string): Parser => {
  const read = readParser(yaml, 'a.yml', {});
  if ('issues' in read) throw new Error(JSON.stringify(read.issues));
  return read;
};

const door = parser(`
name: door.access
title: Door
match: { contains: 'DOOR ' }
filter: 'message: *'
processors:
  - dissect: 'DOOR %{user.name} %{event.outcome}'
  - set: { event.category: [physical] }
  - if: 'user.name: alice'
    do:
      - set: { event.action: known }
      - dissect: { field: message, pattern: 'never %{a}' }
        on_failure: [{ set: { event.type: [access] } }]
    else:
      - set: { event.action: unknown }
  - if: 'user.name: carol'
    set: { event.action: carol }
`);
const other = parser(`
name: door.other
title: Other
match: { contains: 'DOOR ' }
filter: 'message: *nothing*'
processors: [{ set: { a.b: 1 } }]
`);

const dispatch = createDispatch([other, door]);
const explain = createExplainer({ timeZone: 'UTC', parsers: () => dispatch });

it('tells which parsers were asked, and what each step changed', () => {
  const { outcome, parsers } = explain(recordOf('DOOR alice success'), 'test');
  expect(outcome.status).toBe('ok');
  expect(parsers.map(({ parser: name, result }) => [name, result])).toEqual([
    ['door.other', 'declined'],
    ['door.access', 'ok'],
  ]);
  expect(parsers[1]?.steps).toEqual([
    {
      step: 'dissect',
      level: 0,
      result: 'ok',
      changes: [
        { field: 'user.name', after: 'alice' },
        { field: 'event.outcome', after: 'success' },
      ],
    },
    { step: 'set', level: 0, result: 'ok', changes: [{ field: 'event.category', after: ['physical'] }] },
    { step: 'do', level: 0, result: 'ok', changes: [] },
    { step: 'set', level: 1, result: 'ok', changes: [{ field: 'event.action', after: 'known' }] },
    {
      step: 'dissect',
      level: 1,
      result: 'failed',
      reason: 'pattern_mismatch: message has another shape',
      changes: [],
    },
    { step: 'set', level: 1, result: 'ok', changes: [{ field: 'event.type', after: ['access'] }] },
    { step: 'set', level: 0, result: 'skipped', reason: 'user.name: carol', changes: [] },
  ]);
});

it('tells why a parser failed, and starts anew with each record', () => {
  explain(recordOf('DOOR alice success'), 'test');
  const { parsers } = explain(recordOf('a DOOR'), 'test');
  expect(parsers).toEqual([]);
  const failed = explain(recordOf('no DOOR here'), 'test').parsers.find(({ result }) => result === 'failed');
  expect(failed).toMatchObject({
    parser: 'door.access',
    reason: 'pattern_mismatch: message has another shape',
  });
});

it('leaves the figures of what is in force alone', () => {
  explain(recordOf('DOOR alice success'), 'test');
  expect(door.figures.records).toBe(0);
});
