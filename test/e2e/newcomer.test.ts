import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { lookAtPages } from './console_pages.ts';
import { firstAlertJourney, openBrowser, openPage, typeInto, violations } from './journey.ts';
import { type RunningServer, startServer } from './server.ts';
import { scriptBytes } from './weight.ts';

describe.runIf(has('chromium'))('a newcomer', () => {
  let server: RunningServer;
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    browser = await openBrowser();
    server = await startServer({ demo: true });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  });
  afterAll(async () => {
    await browser.close();
    await server.dispose();
  });

  it('sees the first severe alert, reads why, and closes it as a false positive', async () => {
    const { page, faults } = await openPage(context);
    expect(await firstAlertJourney(page, await server.loginLink())).toBeLessThan(15);
    const { items } = await server.api<{ items: { reason: string }[] }>('/api/alerts?q=status:closed');
    expect(items).toEqual([expect.objectContaining({ reason: 'false_positive' })]);
    expect(faults.seen).toEqual([]);
    await page.close();
  });

  // The other themes' colours are looked at in `npm run test:long`.
  it('finds every page accessible and without faults', async () => {
    expect(await lookAtPages(context, server, 'dark')).toEqual([]);
  }, 180_000);

  it('gets the queue of alerts with at most 300 kB of JavaScript, compressed', async () => {
    const total = await scriptBytes(server.url, '/alerts');
    expect(total).toBeGreaterThan(150_000);
    expect(total).toBeLessThanOrEqual(300_000);
  });

  it('gets around by keyboard, and finds the same page again by its address', async () => {
    const { page } = await openPage(context);
    await page.goto(`${server.url}/alerts`);
    await page
      .getByRole('grid', { name: /alerts/i })
      .getByRole('row')
      .nth(1)
      .waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Acknowledge and assign to me').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.waitForURL('**/events**');
    await page.getByRole('grid', { name: 'Events' }).waitFor();
    await page.keyboard.press('/');
    await typeInto(page.getByRole('combobox', { name: 'Filter in KQL' }), 'event.dataset: nginx.access');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=/);
    const address = page.url();
    await page.goto(address);
    await page
      .getByRole('grid', { name: /events/i })
      .getByText('nginx.access')
      .first()
      .waitFor();
    await page.close();
  });

  it('without a session is led to the log-in page, and a link works once', async () => {
    const stranger = await browser.newContext();
    const { page } = await openPage(stranger);
    await page.goto(`${server.url}/alerts`);
    await page.waitForURL('**/login**');
    await page.getByText('No password yet').click();
    await page.getByText('admin login-link').first().waitFor();
    const link = await server.loginLink();
    await page.goto(link);
    await page.waitForURL('**/alerts**');
    const second = await (await browser.newContext()).newPage();
    await second.goto(link);
    await second.getByText(/used/i).first().waitFor();
    await stranger.close();
  });
});
