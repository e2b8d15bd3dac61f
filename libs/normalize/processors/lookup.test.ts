import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { tryContext, tryProcessor } from '../parsers/try.suite.ts';
import { lookup } from './lookup.ts';
import type { Making } from './processor.ts';
import type { Work } from './work.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookup-'));
afterAll(() => rmSync(folder, { recursive: true }));

const making: Making = {
  steps: () => () => undefined,
  resources: { folder } as Making['resources'],
};

const work = (fields: Work['fields'], received: number): Work => ({
  ...{ fields, context: { ...tryContext, received }, source: 'a', depth: 0, dataset: 'a' },
  ...{ time: undefined, created: undefined, stream: undefined },
});

test('a CSV of fields is read again when it changes, and stays in force while it is broken', async () => {
  const file = join(folder, 'owners.csv');
  writeFileSync(file, 'host,host.type,user.name\nWeb1,server,"alice, b"\nweb2,,bob\n');
  const step = lookup.create(
    lookup.config.parse({ field: 'host.name', file: 'owners.csv', ignore_case: true }),
    making,
  );
  const at = (name: string, received: number) => {
    const now = work({ host: { name } }, received);
    expect(step(now)).toBeUndefined();
    return now.fields;
  };
  expect(at('web1', 0)).toEqual({ host: { name: 'web1', type: 'server' }, user: { name: 'alice, b' } });
  expect(at('WEB2', 1)).toEqual({ host: { name: 'WEB2' }, user: { name: 'bob' } });
  expect(at('web3', 1)).toEqual({ host: { name: 'web3' } });
  const rewrite = async (text: string, seconds: number, received: number) => {
    writeFileSync(file, text);
    utimesSync(file, seconds, seconds);
    at('web1', received);
    await setTimeout(100);
    return at('web1', received).user;
  };
  expect(await rewrite('host,user.name,x\nweb1,carol,1\n', 1_800_000_000, 6_000)).toEqual({ name: 'carol' });
  expect(await rewrite('host,user.name,x\nweb1,"dave,1\n', 1_800_000_010, 12_000)).toEqual({ name: 'carol' });
});

test('JSON of values', () => {
  writeFileSync(join(folder, 'codes.json'), '{"5":"five","__proto__":{"a":1}}');
  const config = lookup.config.parse({ field: '_c', file: 'codes.json', to: 'event.code', default: 'none' });
  const step = lookup.create(config, making);
  const of = (code: string) => {
    const now = work({ _c: code }, 0);
    step(now);
    return now.fields.event;
  };
  expect([of('5'), of('6'), of('toString')]).toEqual([{ code: 'five' }, { code: 'none' }, { code: 'none' }]);
});

test.each([
  ['missing.csv', undefined, 'ENOENT'],
  ['empty.csv', 'a\n', 'names columns'],
  ['list.json', '[1]', 'no object'],
])('%s is refused', (name, text, message) => {
  if (text !== undefined) writeFileSync(join(folder, name), text);
  expect(() => lookup.create(lookup.config.parse({ field: 'a', file: name, to: 'b' }), making)).toThrow(
    message,
  );
});

test.each([
  [{ lookup: { field: 'a', to: 'b' } }, 'has one of'],
  [{ lookup: { field: 'a', table: { x: 1 } } }, 'needs `to`'],
])('%j is refused', (config, message) => {
  expect(() => tryProcessor(config, {})).toThrow(message);
});
