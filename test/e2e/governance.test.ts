import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

let server: RunningServer;
let directory: string;

const rule = (id: string, title: string) =>
  `title: ${title}\nid: ${id}\nlogsource: {product: any}\ndetection:\n  words: [needle]\n  condition: words\n`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-governed-'));
  const [usecases, rules] = [join(directory, 'usecases'), join(directory, 'rules')];
  await mkdir(usecases);
  await mkdir(join(rules, 'app'), { recursive: true });
  await writeFile(join(rules, 'app/allowed.yml'), rule('3f8f0c52-7d3d-4f0e-9a55-30b6f6f8a001', 'Allowed'));
  await writeFile(join(rules, 'other.yml'), rule('3f8f0c52-7d3d-4f0e-9a55-30b6f6f8a002', 'Not allowed'));
  const approved = {
    name: 'application-faults',
    title: 'Faults of our application',
    purpose: 'Find out that the application is attacked, and by what.',
    legal_basis: 'Legitimate interest',
    data: [{ source: 'approved-app', class: 'system' }],
    fields: ['message'],
    rules: ['rules/app/**'],
    stakeholders: ['security analysts'],
    review_by: '2999-12-31',
    approvals: [{ role: 'privacy_officer', by: 'privacy-desk', at: '2026-01-01' }],
  };
  await writeFile(join(usecases, 'app.yml'), JSON.stringify(approved));
  const classes = join(directory, 'classes.yml');
  await writeFile(
    classes,
    `classes:
  system: { description: Messages, ttl: 30d, readers: [analyst] }
approvals:
  - { class: system, ttl: 30d, by: privacy-desk, on: 2026-01-01, until: 2999-12-31 }
`,
  );
  const config = { governance: 'enforced', usecases, classes, rules: { paths: [rules] } };
  server = await startServer({ demo: true, config: JSON.stringify(config) });
});
afterAll(async () => {
  await server.dispose();
  await rm(directory, { recursive: true });
});

const send = (source: string) =>
  fetch(`${server.ingest}/${source}/_bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: '{"create":{}}\n{"message":"a needle"}\n',
  });

async function asLocalAdmin<T>(method: string, name: string, body?: object): Promise<T> {
  const run = JSON.parse(await readFile(join(server.data, 'run/server.json'), 'utf8'));
  const answer = await fetch(`${server.url}/api/usecases/${name}`, {
    method,
    headers: {
      authorization: `Bearer ${run.adminToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

describe('where governance is enforced', () => {
  it('takes what an approved use-case covers, as its class, and refuses the rest', async () => {
    expect(await (await send('approved-app')).json()).toMatchObject({ errors: false });
    for (const source of ['another-app', 'demo-windows'])
      expect(await (await send(source)).json()).toMatchObject({
        errors: true,
        items: [{ create: { status: 403 } }],
      });
    const { items } = await eventually(
      () => server.api<{ items: { tidewatch: unknown }[] }>('/api/events'),
      (page) => page.items.length > 0,
    );
    expect(items).toEqual([
      expect.objectContaining({ tidewatch: { source: 'approved-app', data_class: 'system' } }),
    ]);
  });

  it('runs only the rules that an approved use-case switches on, and no demonstration', async () => {
    const { items } = await eventually(
      () => server.api<{ items: { detector: { title: string } }[] }>('/api/alerts'),
      (page) => page.items.length > 0,
    );
    expect(items.map(({ detector }) => detector.title)).toEqual(['Allowed']);
    const { rules } = await server.api<{ rules: { title: string; state: string; reason?: string }[] }>(
      '/api/rules',
    );
    expect(rules.find(({ title }) => title === 'Not allowed')).toMatchObject({
      state: 'skipped',
      reason: 'No approved use-case switches it on.',
    });
    expect((await server.api<{ demo: boolean }>('/api/session')).demo).toBe(false);
  });

  it('goes by use-cases that are written, changed and withdrawn while it runs', async () => {
    const list = () =>
      server.api<{ rules: { title: string; state: string; reason?: string }[] }>('/api/rules');
    const ruleState = async () => (await list()).rules.find(({ title }) => title === 'Not allowed');
    const useCase = {
      name: 'other-faults',
      title: 'Faults of another application',
      purpose: 'Find out that another application is attacked.',
      legal_basis: 'Legitimate interest',
      data: [{ source: 'another-app', class: 'system' }],
      fields: ['message'],
      rules: ['3f8f0c52-7d3d-4f0e-9a55-30b6f6f8a002'],
      stakeholders: ['security analysts'],
      review_by: '2999-12-31',
      approvals: [] as object[],
    };
    const put = (approvals: object[]) =>
      asLocalAdmin<{ inForce: boolean }>('PUT', 'other-faults', {
        source: JSON.stringify({ ...useCase, approvals }),
      });
    expect(await put([])).toMatchObject({ inForce: false });
    expect(await ruleState()).toMatchObject({
      state: 'skipped',
      reason:
        'The use-case other-faults, which switches it on, has not been approved (usecases.kept/other-faults.yml:1).',
    });
    expect(await (await send('another-app')).json()).toMatchObject({ errors: true });

    const approval = { role: 'privacy_officer', by: 'privacy-desk', at: '2026-01-01' };
    expect(await put([approval])).toMatchObject({ inForce: true });
    expect(await (await send('another-app')).json()).toMatchObject({ errors: false });
    expect(await ruleState()).toMatchObject({ state: 'loaded' });

    await asLocalAdmin('DELETE', 'other-faults');
    expect(await (await send('another-app')).json()).toMatchObject({ errors: true });
    expect(await ruleState()).toMatchObject({ state: 'skipped' });
  });
});
