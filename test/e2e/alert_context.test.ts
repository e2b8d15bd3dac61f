import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { openBrowser, openPage, shoot, typeInto, violations } from './journey.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const rules = `title: Odd tool started
id: 6c1f0a52-6a58-4a0e-9a4c-0a8b7c1d2e01
level: high
logsource: { product: any }
detection:
  selection:
    process.name: oddtool
  condition: selection
---
title: Shell started
id: 6c1f0a52-6a58-4a0e-9a4c-0a8b7c1d2e02
level: low
logsource: { product: any }
detection:
  selection:
    process.name: sh
  condition: selection
`;
const shots = process.env.TIDEWATCH_SHOTS;
const minute = 60_000;
const hour = 60 * minute;
// Alerts are kept by the hour: all of them stand in one that is begun, whenever this runs.
const base = Math.floor((Date.now() - 10 * minute) / hour) * hour + 5 * minute;
const started = (name: string, host: string, minutes: number) => ({
  '@timestamp': new Date(base + minutes * minute).toISOString(),
  ...{ process: { name }, host: { name: host }, user: { name: 'alice' } },
});
const events = [
  ...[0, 1, 2].map((minutes) => started('oddtool', 'web1', minutes)),
  ...Array.from({ length: 20 }, (_, i) => started('sh', i % 2 === 0 ? 'web1' : `web${i}`, 3)),
];

interface Row {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly history: readonly { readonly action: string; readonly note?: string }[];
}

describe.runIf(has('chromium'))('an analyst looks around one alert', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let faults: { readonly seen: string[] };
  let id: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-context-'));
    await writeFile(join(directory, 'rules.yml'), rules);
    server = await startServer({
      config: JSON.stringify({ rules: { paths: [join(directory, 'rules.yml')] } }),
    });
    const answer = await fetch(`${server.ingest}/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: events.map((event) => `{"create":{"_index":"tools"}}\n${JSON.stringify(event)}\n`).join(''),
    });
    expect(answer.status).toBe(200);
    const q = encodeURIComponent('title: "Odd tool started"');
    const found = await eventually(
      () => server.api<{ items: (Row & { count: number })[] }>(`/api/alerts?q=${q}`),
      ({ items }) => items.reduce((sum, { count }) => sum + count, 0) === 3,
    );
    id = found.items[0]?.id ?? '';
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    ({ page, faults } = await openPage(context));
    // As over plain HTTP from elsewhere: no clipboard but what a selection is copied to.
    await context.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.addEventListener('copy', () => {
        document.documentElement.dataset.copied = (document.activeElement as HTMLTextAreaElement).value;
      });
    });
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    await page.goto(`${server.url}/alerts?status=all&id=${encodeURIComponent(id)}`);
    await page.getByText('Why it fired').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    await rm(directory, { recursive: true });
  });

  const alert = () => server.api<Row>(`/api/alerts/${encodeURIComponent(id)}`);
  const becomes = (wanted: object) =>
    expect.poll(alert, { timeout: 10_000, interval: 50 }).toMatchObject(wanted);
  const dialog = (name: RegExp) => page.getByRole('dialog', { name });

  it('sees how rare its values are, and what else came of its host and rule', async () => {
    // Both are read only once somebody comes to them.
    const comeTo = (name: string) =>
      page.getByRole('heading', { name }).evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
    await comeTo('How usual its values are');
    const usual = page.getByRole('region', { name: 'Values, table' });
    const row = usual.getByRole('row').filter({ hasText: 'oddtool' });
    await row.waitFor();
    expect((await row.innerText()).replace(/\s+/g, ' ')).toMatch(/oddtool rare 3 1 1 of 30$/);
    await comeTo('Related alerts');
    await page.getByRole('link', { name: /^1 other of host web1$/ }).waitFor();
    const others = page.getByRole('list', { name: 'Newest others of host web1' });
    expect(await others.innerText()).toContain('Shell started');
    await shoot(page, shots, 'alert-context');
    expect(await violations(page)).toEqual([]);
  });

  it('copies a link that shows the same tomorrow', async () => {
    await page.getByRole('button', { name: 'Copy a link to this alert' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => document.documentElement.dataset.copied ?? '');
    const { searchParams } = new URL(copied);
    expect(searchParams.get('id')).toBe(id);
    const [from, to] = [searchParams.get('from'), searchParams.get('to')].map((at) => Date.parse(at ?? ''));
    expect((to ?? 0) - (from ?? 0)).toBe(86_400_000);
  });

  it('closes it with a note, and takes that back', async () => {
    await page.keyboard.press('c');
    await dialog(/^Close the alert as/).waitFor();
    // As before the focus is in it: the key is the dialog's nonetheless, and not that of the page's notes.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('n');
    await typeInto(dialog(/^Close the alert as/).getByRole('textbox'), '3 of them, seen by bob');
    await shoot(page, shots, 'close-with-note');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('4');
    await becomes({ status: 'closed', reason: 'duplicate' });
    expect((await alert()).history.at(-1)).toMatchObject({ note: '3 of them, seen by bob' });
    await page.getByText('Alert closed: duplicate').waitFor();
    await page.keyboard.press('z');
    await becomes({ status: 'open' });
    // What is done next is done to the alert as the page has it.
    await page.getByText('Undone for 1 alert').waitFor();
  });

  it('acknowledges it with a note', async () => {
    await page.keyboard.press('n');
    await typeInto(dialog(/^Note on/).getByRole('textbox'), 'is mine');
    await dialog(/^Note on/)
      .getByRole('button', { name: 'Acknowledge' })
      .click();
    await dialog(/^Note on/)
      .getByRole('button', { name: 'Save the note' })
      .click();
    await dialog(/^Note on/).waitFor({ state: 'hidden' });
    await becomes({ status: 'acknowledged' });
    expect((await alert()).history.at(-1)).toMatchObject({ action: 'acknowledged', note: 'is mine' });
  });

  it('makes an exception that closes it, and takes both back at once', async () => {
    const exceptions = async () =>
      (await server.api<{ exceptions: readonly unknown[] }>('/api/exceptions')).exceptions.length;
    await page.keyboard.press('e');
    await typeInto(
      dialog(/^Make an exception/).getByLabel('Why they are no cause for an alert'),
      'the tool is ours',
    );
    await shoot(page, shots, 'exception-closes');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await becomes({ status: 'closed', reason: 'false_positive' });
    expect((await alert()).history.at(-1)).toMatchObject({ note: 'the tool is ours' });
    expect(await exceptions()).toBe(1);
    await page.getByText('Exception made, alert closed').waitFor();
    await page.keyboard.press('z');
    await becomes({ status: 'acknowledged' });
    await expect.poll(exceptions, { timeout: 10_000 }).toBe(0);
  });

  it('keeps the match that is explained, through a reload', async () => {
    const matches = page.getByRole('button', { pressed: false }).filter({ has: page.locator('time') });
    await matches.first().click();
    await page.waitForURL(/match=/);
    const chosen = () => page.locator('button[aria-pressed=true]').filter({ has: page.locator('time') });
    const title = await chosen().locator('time').getAttribute('datetime');
    await page.reload();
    await chosen().waitFor();
    expect(await chosen().locator('time').getAttribute('datetime')).toBe(title);
    expect(faults.seen).toEqual([]);
  });
});
