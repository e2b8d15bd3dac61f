import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { openBrowser, openPage, shoot, violations } from './journey.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const rule = `title: Password guessed
id: 5c1f0a52-6a58-4a0e-9a4c-0a8b7c1d2e01
level: high
logsource: { product: any }
detection:
  selection:
    event.action: guessed
  condition: selection

`;
const shots = process.env.TIDEWATCH_SHOTS;
/** More than the list loads at once. */
const workplaces = Array.from({ length: 130 }, (_, i) => `pc${i}`);

interface Alert {
  readonly id: string;
  readonly status: string;
  readonly assignee: string | null;
  readonly history: readonly { readonly action: string }[];
}

describe.runIf(has('chromium'))('triage', () => {
  let directory: string;
  let config: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-triage-'));
    await writeFile(join(directory, 'rules.yml'), rule);
    config = JSON.stringify({ rules: { paths: [join(directory, 'rules.yml')] } });
    [server, browser] = await Promise.all([startServer({ config }), openBrowser()]);
    ({ page } = await openPage(await browser.newContext({ viewport: { width: 1440, height: 900 } })));
    await send('guessed', ...workplaces);
    await send('guessed', 'web1', 'web2');
    await eventually(
      () => server.api<{ total: number }>('/api/alerts'),
      ({ total }) => total === workplaces.length + 2,
    );
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    await isLive();
    await row('web2').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    await rm(directory, { recursive: true });
  });

  let sent = Date.now() - 3_600_000;
  /** Each a second after the one before. */
  const send = async (action: string, ...names: string[]): Promise<void> => {
    const body = names
      .map((name) => {
        sent += 1_000;
        return { '@timestamp': new Date(sent).toISOString(), event: { action }, host: { name } };
      })
      .map((event) => `{"create":{"_index":"doors"}}\n${JSON.stringify(event)}\n`)
      .join('');
    const headers = { 'content-type': 'application/x-ndjson' };
    const { status } = await fetch(`${server.ingest}/_bulk`, { method: 'POST', headers, body });
    expect(status).toBe(200);
  };
  const alertOf = async (host: string): Promise<Alert> => {
    const { items } = await server.api<{ items: Alert[] }>(
      `/api/alerts?q=${encodeURIComponent(`host.name: ${host}`)}`,
    );
    return server.api<Alert>(`/api/alerts/${items[0]?.id}`);
  };
  const becomes = (host: string, wanted: Partial<Alert>) =>
    expect.poll(() => alertOf(host), { timeout: 10_000, interval: 50 }).toMatchObject(wanted);
  const actionsOn = async (host: string) => (await alertOf(host)).history.map(({ action }) => action);
  const isLive = () => page.getByText('Live', { exact: true }).first().waitFor();
  const away = () => page.getByText('Tidewatch does not answer');
  const grid = () => page.getByRole('grid', { name: 'Alerts' });
  const row = (host: string) =>
    grid()
      .getByRole('row')
      .filter({ has: page.getByText(host, { exact: true }) });
  const toolbar = () => page.getByRole('toolbar', { name: 'Selected alerts' });
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Stands on one alert, which alone is listed. */
  const standOn = async (host: string): Promise<void> => {
    await page.goto(`${server.url}/alerts?status=all&q=${encodeURIComponent(`host.name: ${host}`)}`);
    await isLive();
    await row(host).waitFor();
    await press('j');
  };

  it('keeps what is selected when the list begins anew, and lets go of it when the filter changes', async () => {
    await grid().hover();
    const box = row('pc3').getByRole('checkbox');
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 20_000);
          return box.isVisible();
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    await box.click();
    await toolbar().getByText('1 alert selected').waitFor();
    await press('r');
    await row('web2').waitFor();
    expect(await row('pc3').count()).toBe(0);
    await toolbar().getByText('1 alert selected').waitFor();
    await press('a');
    await becomes('pc3', { status: 'acknowledged', assignee: 'admin' });
    await toolbar().waitFor({ state: 'hidden' });

    await press('j', 'x');
    await toolbar().getByText('1 alert selected').waitFor();
    await page.getByRole('region', { name: 'Totals' }).getByRole('button', { name: /High/ }).click();
    await page.waitForURL(/status=open/);
    await toolbar().waitFor({ state: 'hidden' });
    // The figure that was clicked, and what it filters by.
    await page.getByText('131 alerts', { exact: true }).waitFor();
  });

  it('takes back the newest change, and not another', async () => {
    await page.goto(`${server.url}/alerts?q=${encodeURIComponent('host.name: (pc10 or pc11)')}`);
    await row('pc11').waitFor();
    await press('j', 'x');
    await page.getByRole('button', { name: 'Select all 2 alerts that match' }).click();
    await toolbar().getByText('All 2 alerts that match selected').waitFor();
    await press('a');
    await page.getByText('2 alerts acknowledged').waitFor();
    await press('k', 'c');
    await page.getByRole('dialog', { name: 'Close the alert as' }).waitFor();
    await press('4');
    await page.getByText('Alert closed: duplicate').waitFor();
    await press('z');
    await page.getByText('Undone for 1 alert').waitFor();
    for (const host of ['pc10', 'pc11']) await becomes(host, { status: 'acknowledged' });
  });

  it('gives alerts to somebody else', async () => {
    const people = [
      { id: 'alice', name: 'Alice', roles: ['analyst'] },
      { id: 'bob', name: 'Bob', roles: ['viewer'] },
    ];
    for (const body of people) await server.api('/api/users', { method: 'POST', body });
    await standOn('web2');
    await press('u');
    const dialog = page.getByRole('dialog', { name: 'Assign the alert to' });
    await dialog.getByRole('button', { name: 'Alice' }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Bob' }).count()).toBe(0);
    await shoot(page, shots, 'assign');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('ali');
    await press('Enter');
    await page.getByText('Alert assigned to alice').waitFor();
    await becomes('web2', { status: 'open', assignee: 'alice' });
    await press('Enter');
    await page.getByText('assigned it to alice').waitFor();
    await shoot(page, shots, 'assigned');
    await press('z');
    await becomes('web2', { assignee: null });
  });

  it('is told within 3 s of a server that stands still, and what was decided meanwhile is done once', async () => {
    await standOn('web1');
    const toldAfter: number[] = [];
    try {
      // A machine that is busy itself is given another try.
      for (let tries = 0; tries < 3 && !toldAfter.some((ms) => ms < 3_000); tries++) {
        process.kill(server.pid, 'SIGCONT');
        await away().waitFor({ state: 'hidden' });
        process.kill(server.pid, 'SIGSTOP');
        const stopped = Date.now();
        await away().waitFor({ timeout: 10_000 });
        toldAfter.push(Date.now() - stopped);
      }
      expect(Math.min(...toldAfter)).toBeLessThan(3_000);
      expect(await page.locator('main').getAttribute('data-stale')).toBe('');
      await press('a');
      await row('web1').getByText('Acknowledged').waitFor();
      // Of the same alert, whose version nobody knows before the first is answered.
      await press('c');
      await page.getByRole('dialog', { name: 'Close the alert as' }).waitFor();
      await press('3');
      await page.getByText('2 decisions wait').waitFor();
      await shoot(page, shots, 'away');
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await shoot(page, shots, 'away-dark');
      expect(await violations(page)).toEqual([]);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await away().waitFor({ state: 'hidden' });
    await page.getByText('Alert closed: false positive').waitFor();
    expect(await page.locator('main').getAttribute('data-stale')).toBeNull();
    expect(await actionsOn('web1')).toEqual(['opened', 'acknowledged', 'closed']);
  });

  it('goes on where a server died, with what it had done and not said, and with what another page left', async () => {
    // The answer is lost: the server has done it, and dies.
    const cut = async (route: Route): Promise<void> => {
      await route.fetch();
      await server.kill('SIGKILL');
      await route.abort('connectionreset');
    };
    await page.route('**/api/alerts/undo', cut, { times: 1 });
    await Promise.all([page.waitForRequest('**/api/alerts/undo', { timeout: 10_000 }), press('z')]);
    await away().waitFor();
    // The close is put back at once; whoever thinks better of it is sent after the undoing.
    await row('web1').getByText('Acknowledged').waitFor();
    await press('n');
    await page.getByRole('textbox', { name: 'Note' }).fill('looked at again');
    await press('Control+Enter');
    await page.getByText('2 decisions wait').waitFor();
    const { url } = server;
    await page.reload().catch(() => undefined);
    server = await startServer({ config, data: server.data, port: Number(new URL(url).port) });
    await page.goto(`${server.url}/alerts`);
    await page.getByText('2 decisions that waited were sent').waitFor();
    expect(await actionsOn('web1')).toEqual(['opened', 'acknowledged', 'closed', 'undone', 'noted']);
    await page.reload();
    await isLive();
    expect(await actionsOn('web1')).toHaveLength(5);
  });

  it('moves no row for what is new, and shows it when asked', async () => {
    await page.goto(`${server.url}/alerts`);
    await row('web2').waitFor();
    await isLive();
    await press('j', 'j');
    const selected = grid().locator('[data-cursor]');
    const before = await Promise.all([selected.innerText(), selected.boundingBox()]);
    await send('guessed', 'web3', 'web4');
    await page.getByRole('button', { name: /2 new/ }).waitFor();
    expect(await Promise.all([selected.innerText(), selected.boundingBox()])).toEqual(before);
    expect(await row('web3').count()).toBe(0);
    await press('r');
    await row('web3').waitFor();
  });

  it('hears nothing of what does not fit the filter of a live tail', async () => {
    await page.goto(`${server.url}/events?live=true&q=${encodeURIComponent('event.action: opened')}`);
    const events = page.getByRole('grid', { name: 'Events' });
    sent = Date.now() - 60_000;
    await send('opened', 'dc1');
    await events.getByRole('row').filter({ hasText: 'dc1' }).waitFor();
    await send('shut', 'dc2');
    await send('opened', 'dc3');
    await events.getByRole('row').filter({ hasText: 'dc3' }).waitFor();
    expect(await events.getByRole('row').filter({ hasText: 'dc2' }).count()).toBe(0);
  });

  it('offers a viewer nothing that would be refused', async () => {
    const { url } = await server.api<{ url: string }>('/api/users/bob/login-links', {
      method: 'POST',
      body: {},
    });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const { page: theirs, faults } = await openPage(context);
    await theirs.goto(url);
    await theirs.waitForURL('**/alerts**');
    await theirs.getByText('Live', { exact: true }).first().waitFor();
    const pages = theirs.getByRole('navigation', { name: 'Pages' });
    await pages.getByRole('link', { name: 'Events' }).waitFor();
    for (const name of ['Letters', 'Cases', 'Users', 'Audit'])
      expect(await pages.getByRole('link', { name }).count(), name).toBe(0);
    await theirs.keyboard.press('j');
    for (const key of ['a', 'c', 'n', 'u', 'i', 'z']) await theirs.keyboard.press(key);
    expect(await theirs.getByRole('dialog').count()).toBe(0);
    expect(faults.seen).toEqual([]);
    await context.close();
  });

  it('ends with the session: the page leads to the log-in', async () => {
    await page.evaluate(async (url) => {
      const { csrf } = (await (await fetch(url)).json()) as { csrf: string };
      await fetch(url, { method: 'DELETE', headers: { 'x-tidewatch-csrf': csrf } });
    }, '/api/session');
    await page.waitForURL('**/login?why=ended**');
  });
});
