import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyIndex } from './key_index.ts';
import { load } from './load.ts';
import { Lookups } from './lookups.ts';
import type { TableSpec } from './table_rows.ts';

describe('tables', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-tables-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function read(text: string, given: Partial<TableSpec>) {
    const path = join(directory, 'table');
    await writeFile(path, text);
    const spec: TableSpec = {
      format: 'csv',
      delimiter: ',',
      comment: '#',
      header: true,
      key: ['1'],
      match: 'exact',
      fields: {},
      set: {},
      ...given,
    };
    const { data, faults, unfit } = await load({ what: 'table', path, maxBytes: 1_000_000, ...spec });
    const lookups = new Lookups(() => {}, Date.now);
    const table = { name: 't', index: new KeyIndex(data), match: spec.match, join: [], matches: 0 };
    lookups.tables = [table];
    return { faults, unfit, table, get: (key: string) => lookups.table('t')?.get(key) };
  }

  it('leaves out a row that would make events too large', async () => {
    const { get, unfit } = await read(`a,b\nweb1,${'x'.repeat(70_000)}\nweb2,alice\n`, {
      fields: { 'labels.owner': 'b' },
    });
    expect(unfit).toBe(1);
    expect(get('web1')).toBeUndefined();
    expect(get('web2')).toEqual({ labels: { owner: 'alice' } });
  });

  it('says of a key what its row has, in ECS’ types', async () => {
    const { get, table, faults } = await read(
      'name,ip,cpu,owner\nWeb1,192.0.2.1,x,alice\nweb2,nonsense,,\n',
      {
        key: ['name'],
        fields: { 'host.ip': 'ip', 'host.uptime': 'cpu', 'labels.owner': 'owner' },
        set: { 'host.type': 'server' },
      },
    );
    expect(faults).toEqual([]);
    expect(get('WEB1')).toEqual({
      host: { ip: '192.0.2.1', type: 'server' },
      labels: { owner: 'alice', host_uptime: 'x' },
    });
    expect(get('web2')).toEqual({ host: { type: 'server' }, labels: { host_ip: 'nonsense' } });
    expect(get('web3')).toBeUndefined();
    expect(get('x'.repeat(1_000_000))).toBeUndefined();
    expect(table.matches).toBe(2);
  });

  it('finds networks by their addresses, the smallest first', async () => {
    const { get, unfit } = await read('# ours\n10.0.0.0/8,a\n10.1.0.0/16,b\n2001:db8::/32,c\nnone,d\n', {
      header: false,
      match: 'network',
      fields: { 'labels.zone': '2' },
    });
    expect(['10.2.0.1', '10.1.0.1', '2001:db8::1', '192.0.2.1', 'none'].map((ip) => get(ip)?.labels)).toEqual(
      [{ zone: 'a' }, { zone: 'b' }, { zone: 'c' }, undefined, undefined],
    );
    expect(unfit).toBe(1);
  });

  it('finds names by those above them', async () => {
    const { get } = await read('*.example.org\n', {
      header: false,
      match: 'domain',
      set: { 'labels.known_good': 'own' },
    });
    expect(get('A.b.Example.org.')).toEqual({ labels: { known_good: 'own' } });
    expect(get('example.org')).toEqual({ labels: { known_good: 'own' } });
    expect(get('notexample.org')).toBeUndefined();
  });

  it('reads a list of rows in a JSON document, with several keys each', async () => {
    const rows = [
      {
        id: 7,
        'mail.main': 'bob@example.org',
        mail: { other: ['b@example.net', null] },
        team: { name: 'ops' },
      },
      7,
      { id: null },
    ];
    const { get, unfit } = await read(JSON.stringify({ data: { people: rows } }), {
      format: 'json',
      rows: 'data.people',
      key: ['id', 'mail.main', 'mail.other'],
      fields: { 'user.group.name': 'team.name', 'user.roles': 'roles' },
    });
    expect(unfit).toBe(2);
    for (const key of ['7', 'BOB@example.org', 'b@example.net'])
      expect(get(key)).toEqual({ user: { group: { name: 'ops' } } });
  });

  it.each([
    [
      'a list that is elsewhere',
      '{"a":[]}',
      { format: 'json' as const, rows: 'b' },
      'no list of rows at "b"',
    ],
    ['no JSON', '[', { format: 'json' as const }, 'JSON'],
    ['a column that is missing', 'a,b\n1,2\n', { key: ['a'], fields: { 'labels.x': 'c' } }, 'no column "c"'],
  ])('says of %s what is wrong', async (_, text, given, says) => {
    expect((await read(text, { set: { 'labels.a': 'b' }, ...given })).faults[0]).toContain(says);
  });

  it('never writes where prototypes are', async () => {
    const text = '[{"__proto__":{"k":"a"},"k":"b","v":"w"}]';
    const { get } = await read(text, {
      format: 'json',
      key: ['k', '__proto__.k', 'constructor.name'],
      fields: { 'labels.v': 'v' },
    });
    expect(get('b')).toEqual({ labels: { v: 'w' } });
    expect(get('Object')).toBeUndefined();
    expect(({} as { k?: string }).k).toBeUndefined();
  });
});
