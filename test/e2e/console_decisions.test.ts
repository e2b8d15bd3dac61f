import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSenders } from '../../apps/scorer/onnx_model.fixture.ts';
import { has } from '../require.ts';
import { type Faults, openBrowser, openPage } from './journey.ts';
import { caughtUp, eventually, type RunningServer, startServer } from './server.ts';

const dear = '5d2f0a11-6a0e-4f8e-9f60-0f6f0b6a9a03';
/** Very many keywords with a wildcard in them, sought in thousands of values: longer than a rule may take. */
const dearRule = `title: A dear one
id: ${dear}
logsource: { product: any }
detection:
  go: { event.action: go }
  keywords:
${Array.from({ length: 1_200 }, (_, i) => `    - q${i}x?z`).join('\n')}
  condition: go and keywords
`;
const dearValues = Array.from({ length: 5_000 }, (_, i) => `q${i % 10}x?q${i % 7}x the value ${i}`);

/** Cannot read orders as long as it is broken. */
const reader = (broken: string) => `import { existsSync } from 'node:fs';
export default ({ definePlugin, z }) => definePlugin({
  name: 'reader', kind: 'processor', summary: 'Reads orders.', config: z.strictObject({}),
  create: () => (event) => {
    if (String(event.message).startsWith('order') && existsSync(${JSON.stringify(broken)}))
      throw new Error('an order has no price');
    return event;
  },
});`;

const useCase = `name: door-faults
title: Doors that are forced
purpose: Find out that a door was forced.
legal_basis: Legitimate interest
data: [{ source: doors, class: endpoint }]
fields: [event.action]
stakeholders: [security analysts]
review_by: 2999-12-31
approvals: []
`;

interface ModelDetail {
  readonly versions: readonly { readonly version: string; readonly stage: string }[];
  readonly history: readonly { readonly by: string; readonly why: string }[];
}

describe.runIf(has('chromium'))('what is decided in the console', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let faults: Faults;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-decisions-'));
    const at = (name: string) => join(directory, name);
    await mkdir(at('rules'));
    await Promise.all([
      writeFile(at('rules/dear.yml'), dearRule),
      writeFile(at('reader.mjs'), reader(at('broken'))),
      writeFile(at('broken'), ''),
      ...['1', '2'].map((version) => writeSenders(at(`models/senders/${version}`), 1_000, 1, version)),
    ]);
    const config = {
      rules: { paths: [at('rules')], budget: { limit: '0.5s' } },
      models: { paths: [at('models')] },
      plugins: [{ module: at('reader.mjs'), config: {} }],
    };
    [browser, server] = await Promise.all([openBrowser(), startServer({ config: JSON.stringify(config) })]);
    ({ page, faults } = await logIn(await server.loginLink()));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    await rm(directory, { recursive: true });
  });

  async function logIn(link: string) {
    const opened = await openPage(await browser.newContext({ viewport: { width: 1440, height: 900 } }));
    await opened.page.goto(link);
    await opened.page.waitForURL('**/alerts**');
    return opened;
  }
  const send = (event: object) =>
    fetch(`${server.ingest}/ingest/doors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ '@timestamp': new Date().toISOString(), ...event }),
    });
  const click = (name: string | RegExp) => page.getByRole('button', { name }).click();

  it('a model is promoted, rolled back and retired, each with a reason', async () => {
    const model = () => server.api<ModelDetail>('/api/models/senders');
    const stages = async () =>
      (await model()).versions.map(({ version, stage }) => `${version} ${stage}`).sort();
    const decide = async (verb: string, why: string, force = false) => {
      await click(verb);
      const dialog = page.getByRole('dialog', { name: /\?$/ });
      await dialog.getByLabel('Why').fill(why);
      const go = dialog.getByRole('button', { name: 'Do it' });
      await go.click();
      if (force) {
        // It says which gates it has not passed before it offers to pass them by.
        await dialog.getByRole('alert').waitFor();
        await dialog.getByLabel('although gates are not passed').check();
        await go.click();
      }
      await dialog.waitFor({ state: 'hidden' });
    };
    await page.goto(`${server.url}/models?name=senders&version=1`);
    await decide('Make live…', 'the first', true);
    expect(await stages()).toEqual(['1 live', '2 candidate']);
    await click('2 candidate');
    await decide('To shadow…', 'a better one');
    expect(await stages()).toEqual(['1 live', '2 shadow']);
    await decide('Make live…', 'it is better', true);
    expect(await stages()).toEqual(['1 retired', '2 live']);
    await decide('Roll back…', 'it is not');
    expect(await stages()).toEqual(['1 live', '2 retired']);
    await click('1 live');
    await decide('Retire…', 'over');
    expect(await stages()).toEqual(['1 retired', '2 retired']);
    const { history } = await model();
    expect(new Set(history.map(({ by }) => by))).toEqual(new Set(['admin']));
    expect(history.at(-1)?.why).toBe('over');
    // What was refused stands in the browser's log, as it should.
    faults.seen.splice(0);
  });

  it('a rule in quarantine is released, and finds again', async () => {
    const quarantine = async () =>
      (await server.api<{ quarantine?: { cause: string } }>(`/api/rules/${dear}`)).quarantine?.cause;
    const go = { event: { action: 'go' }, host: { name: 'web1' } };
    await send({ ...go, tags: dearValues });
    await eventually(quarantine, (cause) => cause === 'limit');
    // As long as the event is being looked at, the rule would go back at once.
    await caughtUp(server);
    await page.goto(`${server.url}/rules?view=quarantined`);
    await page.getByRole('grid', { name: 'Rules' }).getByText('A dear one').click();
    await click('Release it');
    await page.getByText('“A dear one” runs again').waitFor();
    expect(await quarantine()).toBeUndefined();
    await send({ ...go, message: 'q7xyz' });
    await eventually(
      () => server.api<{ total: number }>(`/api/alerts?q=rule.id:${dear}`),
      ({ total }) => total === 1,
    );
  });

  it('a dead letter is replayed once its reason is gone', async () => {
    const states = async () =>
      (await server.api<{ items: { state: string }[] }>('/api/dead-letters?state=all')).items.map(
        ({ state }) => state,
      );
    const stored = async () => (await server.api<{ total: number }>('/api/events?q=message:%20order*')).total;
    await send({ message: 'order 1' });
    await eventually(states, ([first]) => first === 'pending');
    await page.goto(`${server.url}/dead-letters`);
    await page.getByRole('grid', { name: 'Dead letters' }).getByText('order 1').click();
    await page.getByText('an order has no price').waitFor();
    const replay = () => click(/^Replay$/);
    await replay();
    await page
      .getByText(/failed again/)
      .first()
      .waitFor();
    expect([await states(), await stored()]).toEqual([['failed'], 0]);
    await rm(join(directory, 'broken'));
    await replay();
    await eventually(states, ([first]) => first === 'replayed');
    await eventually(stored, (total) => total === 1);
    await page.getByText('No dead letter is open').waitFor();
  });

  it('a use-case is approved by the privacy officer alone', async () => {
    type UseCase = { inForce: boolean; approvals: object[] };
    const path = '/api/usecases/door-faults';
    const made = await server.api<UseCase>(path, { method: 'PUT', body: { source: useCase } });
    expect(made.inForce).toBe(false);
    await page.goto(`${server.url}/use-cases?name=door-faults`);
    await page.getByText('Nobody has approved it').waitFor();
    expect(await page.getByRole('button', { name: 'Approve…' }).count()).toBe(0);

    const officer = { id: 'bob', name: 'Bob', roles: ['privacy_officer'] };
    await server.api('/api/users', { method: 'POST', body: officer });
    const { url } = await server.api<{ url: string }>('/api/users/bob/login-links', { method: 'POST' });
    const { page: desk, faults: theirs } = await logIn(url);
    await desk.goto(`${server.url}/use-cases?name=door-faults`);
    await desk.getByRole('button', { name: 'Approve…' }).click();
    await desk.getByRole('dialog').getByRole('button', { name: 'Approve it' }).click();
    await desk.getByText('Approved, and in force').waitFor();
    const approved = await server.api<UseCase>(path);
    expect(approved).toMatchObject({ inForce: true, approvals: [{ role: 'privacy_officer', by: 'bob' }] });
    await desk.getByRole('row', { name: /bob.*privacy officer/ }).waitFor();
    expect([...faults.seen, ...theirs.seen]).toEqual([]);
  });
});
