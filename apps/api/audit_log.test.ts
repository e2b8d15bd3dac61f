import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvCell } from './download.ts';
import { type Method, startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let admin: Record<string, string>;
beforeEach(async () => {
  server = await startApi();
  admin = await server.logIn('admin');
});
afterEach(() => server.stop());

const ask = (method: Method, path: string, body?: object, headers = admin) =>
  server.ask(method, path, body, headers);

describe('events', () => {
  it('are exported for a reason, within what the reader sees, and noted', async () => {
    const path = '/events/export?from=now-1d&q=host.name:+db-1';
    expect((await ask('GET', path)).json().code).toBe('REQUEST_INVALID');
    const lines = (await ask('GET', `${path}&reason=case+7`)).text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).event.id)).toEqual(
      server.events.map(({ event }) => event.id),
    );
    const csv = await ask('GET', `${path}&reason=case+7&format=csv&fields=host.name,tidewatch.source,%3D1`);
    expect(csv.text).toBe(`host.name,tidewatch.source,'=1\r\n${'db-1,syslog,\r\n'.repeat(3)}`);
    expect((await server.audit()).slice(0, 2).map(({ action, detail }) => [action, detail])).toEqual([
      ['events.exported', { rows: 3 }],
      ['events.export', expect.objectContaining({ reason: 'case 7', format: 'csv' })],
    ]);
    const officer = await server.logIn('privacy_officer');
    expect((await ask('GET', `${path}&reason=case+7`, undefined, officer)).text).toBe('');
  });
});

describe('the audit log', () => {
  it('is searched by who, kind and time, page by page', async () => {
    for (const who of ['ann', 'ben', 'ann'])
      await server.control.audit.append({ who, action: 'events.search', target: 't', detail: { q: 'x' } });
    server.time.now += 60_000;
    await server.control.audit.append({ who: 'ann', action: 'alerts.change', target: 't', detail: {} });
    const find = async (query: string) => (await ask('GET', `/audit?${query}`)).json();
    const first = await find('who=ann&limit=2');
    const second = await find(`who=ann&limit=2&before=${first.next}`);
    const kinds = [...first.items, ...second.items].map(({ action }: { action: string }) => action);
    expect(kinds).toEqual(['alerts.change', 'events.search', 'events.search']);
    expect((await find('action=alerts.*&from=now-30s')).items).toHaveLength(1);
    expect((await find('action=events.search&from=now-30s')).items).toHaveLength(0);
    expect((await find('from=never')).code).toBe('TIME_INVALID');
  });

  it('is exported whole for a reason, and says so', async () => {
    expect((await ask('GET', '/audit/export')).json().code).toBe('REQUEST_INVALID');
    for (let i = 0; i < 1_500; i++)
      server.control.audit.append({
        who: 'ann',
        action: 'events.search',
        target: '=1+1',
        detail: { q: `a "${i}",` },
      });
    const reason = 'reason=yearly+review';
    const lines = (await ask('GET', `/audit/export?who=ann&${reason}`)).text.trimEnd().split('\n');
    expect([lines.length, JSON.parse(lines[0] ?? '')]).toMatchObject([1_500, { detail: { q: 'a "1499",' } }]);
    const csv = await ask('GET', `/audit/export?who=ann&format=csv&${reason}`);
    expect(csv.headers['content-disposition']).toBe('attachment; filename="tidewatch-audit.csv"');
    const rows = csv.text.split('\r\n');
    expect(rows).toHaveLength(1_502);
    expect(rows[1]).toContain(`,events.search,'=1+1,"{""q"":""a \\""1499\\"",""}",`);
    expect((await server.audit()).slice(0, 2).map(({ action, detail }) => [action, detail])).toEqual([
      ['audit.exported', { rows: 1_500 }],
      ['audit.export', { who: 'ann', format: 'csv', reason: 'yearly review' }],
    ]);
  });

  it('hears what is sent of a model, but not its bytes', async () => {
    const at = '/models/odd-lines/versions/2/files/model.onnx';
    expect((await ask('PUT', at, { offset: 0, content: 'YQ==' })).status).toBe(200);
    expect((await server.audit())[0]).toMatchObject({
      ...{ who: 'admin', action: 'models.upload', target: `/api${at}` },
      detail: { offset: 0, bytes: 1 },
    });
  });

  it('says whether it is whole', async () => {
    await server.control.audit.append({ who: 'ann', action: 'a', target: 't', detail: {} });
    const head = (await ask('GET', '/audit/verify')).json();
    expect(head).toMatchObject({ ok: true });
    const other = await ask('GET', `/audit/verify?seq=${head.head.seq}&hash=${'0'.repeat(64)}`);
    expect(other.json()).toMatchObject({ ok: false, brokenAt: head.head.seq });
  });

  it.each([
    ['=cmd()', "'=cmd()"],
    ['＝cmd()', "'＝cmd()"],
    ['\n=cmd()', `"'\n=cmd()"`],
    ['a,b', '"a,b"'],
    ['a;=cmd()', '"a;=cmd()"'],
    [7, '7'],
    [null, ''],
    [{ a: 1 }, '"{""a"":1}"'],
  ])('writes %j into a cell as %s', (value, cell) => expect(csvCell(value)).toBe(cell));
});
