import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordOf } from '../normalised.suite.ts';
import { createNormaliser } from '../normaliser.ts';
import { loadParserSet, type ParserSet } from './parser_set.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidewatch-parsers-'));
  for (const name of ['own', 'shipped']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const parser = (action: string, name = 'door.access') => `
name: ${name}
title: Door
match: { contains: 'DOOR ' }
processors: [{ dissect: 'DOOR %{user.name}' }, { set: { event.action: ${action} } }]
`;
const tests = (action: string) => `
tests:
  - title: somebody
    line: DOOR alice
    event:
      "@timestamp": 2026-11-21T09:08:05.250Z
      message: DOOR alice
      user.name: alice
      event.action: ${action}
      related.user: [alice]
      tags: [timestamp_missing]
`;
const load = (before?: ParserSet) =>
  loadParserSet({ own: [join(folder, 'own')], shipped: [join(folder, 'shipped')], resources: {} }, before);
const actionOf = (set: ParserSet) => {
  const outcome = createNormaliser({ parsers: () => set.dispatch })(recordOf('DOOR alice'), 'test');
  return outcome.status === 'ok' ? JSON.parse(outcome.value.json).event.action : outcome.status;
};

it('puts what people write before what ships, and tests it first', async () => {
  write('shipped/door.yml', parser('shipped'));
  const shipped = await load();
  expect(shipped.entries).toMatchObject([{ shipped: true, parser: { name: 'door.access' } }]);
  expect(actionOf(shipped)).toBe('shipped');

  write('own/door.yml', parser('own'));
  write('own/door.test.yml', tests('own'));
  const own = await load(shipped);
  expect(own.faults).toEqual([]);
  expect(own.entries).toMatchObject([{ shipped: false, report: { results: [{ passed: true }] } }]);
  expect(actionOf(own)).toBe('own');
  // Tests are no records.
  expect(own.entries[0]?.parser.figures.records).toBe(1);

  rmSync(join(folder, 'own/door.yml'));
  expect(actionOf(await load(own))).toBe('shipped');
});

it('leaves the one before in force where tests fail or a file is wrong', async () => {
  write('shipped/door.yml', parser('shipped'));
  write('own/door.yml', parser('first'));
  write('own/door.test.yml', tests('first'));
  const first = await load();

  write('own/door.yml', parser('second'));
  const failing = await load(first);
  expect(failing.faults).toMatchObject([{ file: join(folder, 'own/door.yml') }]);
  expect(failing.faults[0]?.issues[0]?.message).toContain(
    'its test “somebody” fails: event.action: expected "first", got "second"',
  );
  expect(failing.entries[0]?.parser).toBe(first.entries[0]?.parser);
  expect(actionOf(failing)).toBe('first');

  write('own/door.yml', 'name: door.access\ntitel: Door\n');
  const wrong = await load(failing);
  expect(wrong.faults[0]?.issues[0]).toMatchObject({ path: 'title', message: 'is missing' });
  expect(actionOf(wrong)).toBe('first');

  write('own/door.yml', parser('second'));
  write('own/door.test.yml', tests('second'));
  const second = await load(wrong);
  expect([second.faults, actionOf(second)]).toEqual([[], 'second']);
});

it('never takes one whose tests fail at the start, and what ships stands in', async () => {
  write('shipped/door.yml', parser('shipped'));
  write('own/door.yml', parser('own'));
  write('own/door.test.yml', tests('other'));
  const set = await load();
  expect([set.faults.length, actionOf(set)]).toEqual([1, 'shipped']);
});

it('keeps parsers whose files did not change, with their figures', async () => {
  write('own/door.yml', parser('own'));
  const before = await load();
  actionOf(before);
  write('own/gate.yml', parser('gate', 'gate.access'));
  const after = await load(before);
  expect(after.entries.map(({ parser: { figures } }) => figures.records)).toEqual([1, 0]);
});

it('tells what an unchanged parser’s tests say where another takes its records', async () => {
  write('own/door.yml', parser('own'));
  write('own/door.test.yml', tests('own'));
  const before = await load();
  write('own/a_gate.yml', parser('gate', 'gate.access'));
  const after = await load(before);
  expect(after.faults).toMatchObject([{ file: join(folder, 'own/door.yml') }]);
  expect(after.entries.map(({ parser: { name } }) => name)).toEqual(['gate.access', 'door.access']);
});

it('keeps what came from a folder that cannot be read, and says so', async () => {
  write('own/door.yml', parser('own'));
  const before = await load();
  rmSync(join(folder, 'own'), { recursive: true });
  const after = await load(before);
  expect(after.faults).toMatchObject([{ file: join(folder, 'own') }]);
  expect(actionOf(after)).toBe('own');
});

it('refuses a second parser of a name in one folder', async () => {
  write('own/a.yml', parser('one'));
  write('own/b.yml', parser('two'));
  const set = await load();
  expect(set.faults).toMatchObject([{ file: join(folder, 'own/b.yml'), issues: [{ path: 'name' }] }]);
  expect(actionOf(set)).toBe('one');
});

it('reads what ships when a record first meets it, and counts from there', async () => {
  write('shipped/door.yml', parser('shipped'));
  write(
    'shipped/broken.yml',
    "name: a.b\ntitle: A\nmatch: { contains: 'DOOR ' }\nprocessors: [{ none: 1 }]\n",
  );
  const set = await load();
  expect(set.entries.map(({ parser: { figures } }) => figures.records)).toEqual([0, 0]);
  expect(actionOf(set)).toBe('shipped');
  expect(set.entries.map(({ parser: { name, figures } }) => [name, figures.records])).toEqual([
    ['a.b', 0],
    ['door.access', 1],
  ]);
  // What ships is right, or its tests fail before it ships; if one is not, others go on, and it says so.
  expect(set.entries[0]?.parser.figures.lastFailure).toMatch(/^not right: /);
});
