import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import type { Classify } from '../envelope.ts';
import { recordOf } from '../normalised.suite.ts';
import { createNormaliser } from '../normaliser.ts';
import { createDispatch } from '../parsers/dispatch.ts';
import { readParser } from '../parsers/load.ts';
import { tryContext } from '../parsers/try.suite.ts';
import { createMemory } from './memory.ts';
import { remember } from './remember.ts';

function reader(processors: readonly object[], classify: Classify = () => ({ dataClass: 'logs' })) {
  const file = { name: 'lease.line', title: 'A', match: { contains: 'lease' }, processors };
  const parser = readParser(JSON.stringify(file), 'a.yml', { memory: createMemory() });
  if ('issues' in parser) throw new Error(JSON.stringify(parser.issues));
  const normalise = createNormaliser({ classify, timeZone: 'UTC', parsers: () => createDispatch([parser]) });
  return (line: string, source = 'a') => {
    const outcome = normalise(recordOf(line, 'auto'), source);
    if (outcome.status !== 'ok') return outcome.status;
    return JSON.parse(outcome.value.json);
  };
}

const cut = { dissect: '%{_t} lease %{event.action} %{client.ip} %{host.name}' };
const key = ['client.ip'];

test('recall sets what is missing, forget ends it', () => {
  const read = reader([
    cut,
    {
      if: 'event.action: get',
      recall: { table: 'leases', key, set: { 'host.name': 'host.name', 'host.os.name': 'host.none' } },
    },
    {
      if: 'event.action: give',
      remember: { table: 'leases', key, fields: ['host.name', 'user'], for: '1h' },
    },
    { if: 'event.action: end', forget: { table: 'leases', key } },
  ]);
  expect(read('1 lease get 192.0.2.7 -').host).toBeUndefined();
  read('1 lease give 192.0.2.7 web1');
  expect(read('1 lease get 192.0.2.7 -').host).toEqual({ name: 'web1' });
  expect(read('1 lease get 192.0.2.7 own').host).toEqual({ name: 'own' });
  expect(read('1 lease get 192.0.2.8 -').host).toBeUndefined();
  read('1 lease end 192.0.2.7 -');
  expect(read('1 lease get 192.0.2.7 -').host).toBeUndefined();
});

test('a sender that is ahead of time ends nothing for others', () => {
  const read = reader([
    { dissect: '%{_t} lease %{event.action} %{client.ip} %{host.name}' },
    { if: '_t: future', set: { '@timestamp': '2200-01-01T00:00:00Z' } },
    { if: 'event.action: give', remember: { table: 'leases', key, fields: ['host.name'], for: '1h' } },
    { if: 'event.action: get', recall: { table: 'leases', key, set: { 'host.name': 'host.name' } } },
  ]);
  read('now lease give 192.0.2.7 web1');
  expect(read('future lease get 192.0.2.7 -').host).toEqual({ name: 'web1' });
  expect(read('now lease get 192.0.2.7 -').host).toEqual({ name: 'web1' });
});

test('what governance refuses is not remembered, and ends nothing', () => {
  const read = reader(
    [
      cut,
      { if: 'event.action: give', remember: { table: 'leases', key, fields: ['host.name'] } },
      { if: 'event.action: end', forget: { table: 'leases', key } },
      { recall: { table: 'leases', key, set: { 'labels.known': 'host.name' } } },
    ],
    (source) => (source === 'a' ? { dataClass: 'logs' } : { refused: 'nobody may' }),
  );
  read('1 lease give 192.0.2.7 web1');
  for (const action of ['give', 'end'])
    expect(read(`1 lease ${action} 192.0.2.7 web2`, 'b')).toBe('dead_letter');
  expect(read('1 lease get 192.0.2.7 -').labels).toEqual({ known: 'web1' });
});

test('recall may override', () => {
  const read = reader([
    cut,
    { recall: { table: 'leases', key, set: { 'host.name': 'host.name' }, override: true } },
    { remember: { table: 'leases', key, fields: ['host.name'] } },
  ]);
  read('1 lease give 192.0.2.7 web1');
  expect(read('1 lease get 192.0.2.7 own').host).toEqual({ name: 'web1' });
});

test('values that are parted otherwise are another key', () => {
  const read = reader([
    { dissect: 'lease %{_do} %{_a} %{_b}' },
    { if: '_do: set', remember: { table: 't', key: ['_a', '_b'], fields: ['_a'] } },
    { if: '_do: get', recall: { table: 't', key: ['_a', '_b'], set: { 'labels.a': '_a' } } },
  ]);
  read('lease set ab c');
  expect(read('lease get a bc').labels).toBeUndefined();
  expect(read('lease get ab c').labels).toEqual({ a: 'ab' });
});

/** What a memory keeps of an event that says its time, epoch milliseconds. */
function kept(fields: JsonObject, time: number) {
  const memory = createMemory(() => 60_000);
  const config = remember.config.parse({ table: 't', key: ['a'], fields: ['b'], for: '1d' });
  const step = remember.create(config, {
    steps: () => () => undefined,
    resources: { folder: '.', memory },
  });
  step({
    ...{ fields, time, created: undefined, dataset: 'a', stream: undefined, source: 'a', depth: 0 },
    context: tryContext,
  });
  return async (at: number): Promise<string> => {
    let text = '';
    await memory.expire(at);
    for await (const part of memory.snapshot()) text += part;
    return text;
  };
}

const { received } = tryContext;

test('a sender that is ahead of time is remembered no longer than others', async () => {
  const at = kept({ a: 'x', b: 'known' }, received + 86_400_000_000);
  expect(await at(received + 59_999)).toContain('known');
  expect(await at(received + 60_000)).not.toContain('known');
});

test('of what is large little is remembered', async () => {
  const long = await kept({ a: 'x', b: 'y'.repeat(100_000) }, received)(received);
  expect(long.length).toBeGreaterThan(4_096);
  expect(long.length).toBeLessThan(5_000);
  const list = { a: 'x', b: Array.from({ length: 10_000 }, (_, i) => `name${i}`) };
  expect((await kept(list, received)(received)).length).toBeLessThan(100);
  expect(await kept({ a: 'x', b: ['one', 'two'] }, received)(received)).toContain('["one","two"]');
});
