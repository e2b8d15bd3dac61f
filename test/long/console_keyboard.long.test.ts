import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../bench/console/estate.ts';
import { openBrowser, openPage } from '../e2e/journey.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';

interface Row {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly assignee: string | null;
  readonly history: { readonly action: string; readonly note?: string }[];
}

const reasons = [
  'true_positive',
  'benign_positive',
  'false_positive',
  'duplicate',
  'expected_activity',
  'other',
] as const;

describe.runIf(has('chromium'))('an analyst without a mouse', () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let faults: { readonly seen: string[] };
  /** Alerts in the order of the list. */
  let ids: readonly string[];
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startServer()]);
    await fill(server, 400);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    ({ page, faults } = await openPage(context));
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    await page.getByRole('grid', { name: 'Alerts' }).getByRole('row').nth(20).waitFor();
    const { items } = await server.api<{ items: Row[] }>('/api/alerts?limit=40&from=now-24h');
    ids = items.map(({ id }) => id);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const asked = (name: string | RegExp) => page.getByRole('dialog', { name });
  const keys = async (...pressed: string[]) => {
    for (const key of pressed) await page.keyboard.press(key);
  };
  const alert = (at: number) => server.api<Row>(`/api/alerts/${encodeURIComponent(ids[at] as string)}`);
  const becomes = (at: number, wanted: Partial<Row>) =>
    expect.poll(() => alert(at), { timeout: 10_000, interval: 50 }).toMatchObject(wanted);
  /** The address names the alert that the cursor stands on. */
  const stands = (at: number) =>
    page.waitForURL((url) => url.searchParams.get('id') === ids[at], { timeout: 10_000 });

  it('works through twenty alerts', async () => {
    await keys('j', 'Enter');
    await stands(0);
    await keys('a');
    await becomes(0, { status: 'acknowledged' });
    let at = 0;
    const next = async () => {
      await keys('j');
      await stands(++at);
    };
    // Each reason twice: one key to acknowledge, two to close.
    for (const [digit, reason] of [...reasons, ...reasons].entries()) {
      await next();
      await keys('c');
      await asked(/^Close/).waitFor();
      await keys(String((digit % reasons.length) + 1));
      await becomes(at, { status: 'closed', reason });
      await asked(/^Close/).waitFor({ state: 'hidden' });
    }
    for (let noted = 0; noted < 3; noted++) {
      await next();
      await keys('n');
      await page.getByRole('textbox', { name: 'Note' }).waitFor();
      await page.keyboard.type(`seen by bob, ${noted}`);
      await keys('Control+Enter');
      const about = () => alert(at).then(({ history }) => history.map(({ note }) => note));
      await expect.poll(about, { timeout: 10_000 }).toContain(`seen by bob, ${noted}`);
      await asked(/^Note/).waitFor({ state: 'hidden' });
    }
    for (let undone = 0; undone < 3; undone++) {
      await next();
      await keys('a');
      await becomes(at, { status: 'acknowledged' });
      await page.getByText('Alert acknowledged').first().waitFor();
      await keys('z');
      await becomes(at, { status: 'open' });
    }
    await next();
    await keys('Escape');
    await page.waitForURL((url) => !url.searchParams.has('id'));
    // Chosen alerts are closed together.
    await keys('x', 'j', 'x', 'c');
    await asked('Close 2 alerts as').waitFor();
    await keys('4');
    await becomes(at, { status: 'closed', reason: 'duplicate' });
    await becomes(at + 1, { status: 'closed', reason: 'duplicate' });
    expect(at + 1).toBe(20);
  });

  it('makes an exception, with its reason typed, in two keys', async () => {
    await page.goto(`${server.url}/alerts?id=${encodeURIComponent(ids[30] as string)}`);
    await page.getByText('Why it fired').waitFor();
    await keys('e');
    await asked('Make an exception').waitFor();
    await page.keyboard.type('the shop’s own scanner');
    await keys('Enter');
    const exceptions = () => server.api<{ exceptions: { reason?: string }[] }>('/api/exceptions');
    await eventually(
      () => exceptions(),
      (found) => JSON.stringify(found).includes('own scanner'),
    );
    await asked('Make an exception').waitFor({ state: 'hidden' });
  });

  it('filters, searches and goes from page to page', async () => {
    await keys('Escape', '/');
    await page.keyboard.type('rule.level: low');
    await keys('Enter');
    await page.waitForURL(/q=rule\.level/);
    await keys('Escape');
    await page.getByRole('grid', { name: 'Alerts' }).getByRole('row').nth(1).waitFor();
    expect(
      await page.getByRole('grid', { name: 'Alerts' }).getByRole('row').filter({ hasText: 'High' }).count(),
    ).toBe(0);
    for (const [key, path] of [
      ['e', 'events'],
      ['r', 'rules'],
      ['h', 'health'],
      ['p', 'privacy'],
      ['t', 'audit'],
      ['a', 'alerts'],
    ] as const) {
      await keys('g', key);
      await page.waitForURL(`**/${path}**`);
      await page.locator('main').waitFor();
    }
    await keys('?');
    await page.getByRole('dialog').getByText('Acknowledge and assign to me').waitFor();
    await keys('Escape');
    expect(faults.seen).toEqual([]);
  });
});
