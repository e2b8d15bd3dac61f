import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { openBrowser, openPage, shoot, violations } from './journey.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const shots = process.env.TIDEWATCH_SHOTS;
/** Summer time has ended between them in Berlin; nothing is left to the clock of the machine. */
const [summer, winter] = ['2026-10-24T10:00:00.000Z', '2026-10-26T10:00:00.000Z'];
const hostile = '<img src=x onerror=alert(1)>\u202egnp.exe';

describe.runIf(has('chromium'))('the filter, the zone and the file', () => {
  let server: RunningServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: { readonly seen: string[] };
  beforeAll(async () => {
    server = await startServer({});
    const hosts = ['web1', 'web1', 'web2', hostile];
    const events = hosts.flatMap((name, i) =>
      [summer, winter].map((time) => ({
        ...{ '@timestamp': time, event: { action: 'asked' }, host: { name }, message: `request ${i}` },
      })),
    );
    const answer = await fetch(`${server.ingest}/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: events.map((event) => `{"create":{"_index":"doors"}}\n${JSON.stringify(event)}\n`).join(''),
    });
    expect(answer.status).toBe(200);
    browser = await openBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'Asia/Tokyo' });
    ({ page, faults } = await openPage(context));
    await eventually(
      () => server.api<{ total: number }>('/api/events?from=2026-10-01'),
      ({ total }) => total === events.length,
    );
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });
  const box = () => page.getByRole('combobox', { name: 'Filter in KQL' });
  const options = (name: string) => page.getByRole('listbox', { name }).getByRole('option');
  const rows = () => page.getByRole('grid', { name: 'Events' }).getByRole('row');

  it('completes fields and values by keyboard, asks once a pause, and never stands in the way of Enter', async () => {
    const asked: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === '/api/events/complete') asked.push(url.searchParams.get('text') ?? '');
    });
    await page.goto(`${server.url}/events?from=2026-10-01T00:00:00.000Z&to=now`);
    await rows().nth(2).waitFor();
    await box().pressSequentially('host.na');
    await options('Fields').filter({ hasText: 'host.name' }).first().waitFor();
    expect(asked.at(-1)).toBe('host.na');
    expect(asked.length).toBeLessThan('host.na'.length);
    expect(await options('Fields').first().locator('strong').textContent()).toBe('host.na');
    await page.keyboard.press('Tab');
    expect(await box().inputValue()).toBe('host.name: ');
    await options('Values').filter({ hasText: 'web1' }).waitFor();
    expect(await options('Values').first().textContent()).toBe('web14');
    // Shown as text, and what turns text around by its code point.
    const shownAs = '<img src=x onerror=alert(1)>⟨U+202E⟩gnp.exe';
    expect(await options('Values').filter({ hasText: shownAs }).count()).toBe(1);
    await shoot(page, shots, 'query-values');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('[role=option][aria-selected=true]').count()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await box().inputValue()).toBe('host.name: ');
    await box().pressSequentially('web2');
    await options('Values').filter({ hasText: 'web2' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await page.waitForURL('**q=host.name**');
    await page
      .getByText(/^2 events/)
      .first()
      .waitFor();
    expect(await box().getAttribute('aria-expanded')).toBe('false');
  }, 60_000);

  it('underlines what is wrong where it is, and says what', async () => {
    await page.goto(`${server.url}/events`);
    await box().pressSequentially('host.name: ) and message: x');
    await expect.poll(() => page.locator('[data-fault] .underline').textContent()).toBe(')');
    await page.getByRole('alert').filter({ hasText: 'character 12' }).waitFor();
    await shoot(page, shots, 'query-fault');
    await page.keyboard.press('Enter');
    expect(await box().getAttribute('aria-invalid')).toBe('true');
  }, 30_000);

  it('shows times in the zone one chose, with the offset of each, and keeps that', async () => {
    const events = `${server.url}/events?from=2026-10-24T00:00:00.000Z&to=2026-10-27T00:00:00.000Z&sort=oldest`;
    await page.goto(events);
    const times = () => rows().locator('time');
    const tooltip = async (time: Locator) => {
      await time.hover();
      return time.getAttribute('title');
    };
    await expect.poll(() => tooltip(times().first())).toContain('2026-10-24 19:00:00.000 UTC+09:00');
    await page.getByRole('button', { name: 'You' }).click();
    await page.getByRole('menuitem', { name: 'Time zone…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Another').fill('Atlantis/Capital');
    await dialog.getByText('There is no zone of this name.').waitFor();
    await dialog.getByLabel('Another').fill('Europe/Berlin');
    expect(await violations(page)).toEqual([]);
    await shoot(page, shots, 'zone');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    const shown = async () => [await tooltip(times().first()), await tooltip(times().last())];
    await expect
      .poll(shown)
      .toEqual([
        expect.stringContaining('2026-10-24 12:00:00.000 UTC+02:00'),
        expect.stringContaining('2026-10-26 11:00:00.000 UTC+01:00'),
      ]);
    await page.getByRole('button', { name: /24 Oct 02:00 – 27 Oct 01:00/ }).click();
    await page.getByRole('dialog', { name: 'Time range' }).getByText('UTC+02:00').waitFor();
    await shoot(page, shots, 'zone-picker');
    // In another browser of theirs.
    const other = await browser.newContext({ timezoneId: 'America/New_York' });
    const second = await other.newPage();
    await second.goto(await server.loginLink());
    await second.waitForURL('**/alerts**');
    await second.goto(events);
    const first = second.getByRole('grid', { name: 'Events' }).locator('time').first();
    await expect.poll(() => tooltip(first)).toContain('UTC+02:00');
    await other.close();
  }, 60_000);

  it('exports, and shows a refusal where it was asked for', async () => {
    await page.goto(`${server.url}/events?from=2026-10-01T00:00:00.000Z&to=now&q=host.name%3A+web1`);
    await rows().nth(2).waitFor();
    await page.getByRole('button', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('for the test');
    await context.route('**/api/events/export**', (route) =>
      route.fulfill({
        status: 503,
        json: { code: 'AUDIT_UNWRITABLE', message: 'The audit log cannot be written.' },
      }),
    );
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'The audit log cannot be written.' }).waitFor();
    await context.unroute('**/api/events/export**');
    const before = page.url();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    expect((await readFile(await file.path(), 'utf8')).trim().split('\r\n')).toHaveLength(5);
    expect(page.url()).toBe(before);
    await expect
      .poll(() => server.api<{ items: { action: string }[] }>('/api/audit?action=events.export*'))
      .toMatchObject({ items: [{ action: 'events.exported' }, { action: 'events.export' }] });
    expect(faults.seen.filter((fault) => !fault.includes('503'))).toEqual([]);
  }, 30_000);
});
