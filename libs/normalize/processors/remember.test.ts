import { expect, test } from 'vitest';
import { createMemory } from '../joins/memory.ts';
import { recordOf } from '../normalised.suite.ts';
import { createNormaliser } from '../normaliser.ts';
import { createDispatch } from '../parsers/dispatch.ts';
import { readParser } from '../parsers/load.ts';

function reader(processors: readonly object[]) {
  const file = { name: 'lease.line', title: 'A', match: { contains: 'lease' }, processors };
  const parser = readParser(JSON.stringify(file), 'a.yml', { memory: createMemory() });
  if ('issues' in parser) throw new Error(JSON.stringify(parser.issues));
  const normalise = createNormaliser({ timeZone: 'UTC', parsers: () => createDispatch([parser]) });
  return (line: string) => {
    const outcome = normalise(recordOf(line, 'auto'), 'a');
    if (outcome.status !== 'ok') throw new Error(outcome.status);
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
