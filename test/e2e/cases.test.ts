import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { openBrowser, openPage, shoot, typeInto, violations } from './journey.ts';
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

describe.runIf(has('chromium'))('a case, a view and a file', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let faults: { readonly seen: string[] };
  const found: string[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-cases-'));
    await writeFile(join(directory, 'rules.yml'), rule);
    server = await startServer({
      config: JSON.stringify({ rules: { paths: [join(directory, 'rules.yml')] } }),
    });
    const events = ['web1', 'web2', 'dc1'].map((name) => ({
      ...{ '@timestamp': new Date().toISOString(), event: { action: 'guessed' }, host: { name } },
    }));
    const answer = await fetch(`${server.ingest}/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: events.map((event) => `{"create":{"_index":"doors"}}\n${JSON.stringify(event)}\n`).join(''),
    });
    expect(answer.status).toBe(200);
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    ({ page, faults } = await openPage(context));
    await eventually(
      () => server.api<{ total: number }>('/api/alerts'),
      ({ total }) => total === 3,
    );
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    await rm(directory, { recursive: true });
  });

  async function look(name: string, at = page, rules?: readonly string[]): Promise<void> {
    await shoot(at, shots, name);
    found.push(...(await violations(at, rules)).map((violation) => `${name}: ${violation}`));
  }
  const dialog = () => page.getByRole('dialog');

  it('are made from the queue by keyboard, found again, closed with their alerts, and taken back', async () => {
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    const queue = page.getByRole('grid', { name: 'Alerts' });
    await page.keyboard.press('r');
    await queue.getByRole('row').nth(2).waitFor();

    await page.getByRole('combobox', { name: 'Filter in KQL' }).fill('rule.level: high');
    await page.keyboard.press('Enter');
    await page.waitForURL('**q=rule.level**');
    await queue.getByRole('row').nth(2).waitFor();
    await queue.focus();
    for (const key of ['j', 'x', 'j', 'x', 'i']) await page.keyboard.press(key);
    await dialog().getByLabel('Title').fill('Guessed passwords');
    await look('case-new');
    await page.keyboard.press('Enter');
    await page.getByText('Case opened: Guessed passwords').waitFor();
    await page.getByRole('button', { name: 'All into a case…' }).click();
    await dialog().getByRole('button', { name: 'One that there is' }).click();
    await dialog().getByLabel('Words of its title').fill('guess');
    await shoot(page, shots, 'case-pick');
    await dialog()
      .getByRole('button', { name: /Guessed passwords/ })
      .click();
    await page.getByText(/\d+ alerts? added|All of them were in it already/).waitFor();

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Page, view or case' }).fill('guessed');
    await dialog()
      .getByRole('option', { name: /Guessed passwords/ })
      .waitFor();
    await look('palette');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/cases?id=**');
    const open = page.getByRole('complementary', { name: 'Case' });
    await open.getByRole('row').nth(2).waitFor();
    await page.keyboard.press('n');
    await typeInto(open.getByRole('textbox', { name: 'Note' }), 'asked <b>alice</b>');
    await page.keyboard.press('Control+Enter');
    await open.getByText('asked <b>alice</b>').waitFor();
    await look('case');
    await open.getByRole('button', { name: 'Close…' }).click();
    await dialog().getByText('Close them: true positive').click();
    await look('case-close');
    await dialog().getByRole('button', { name: 'Close the case' }).click();
    await page.getByText(/Case closed with \d+ alerts/).waitFor();
    const high = '/api/alerts?q=rule.level:%20high%20and%20status:%20closed';
    expect((await server.api<{ total: number }>(high)).total).toBeGreaterThan(1);
    const undo = page.getByRole('button', { name: 'Undo' }).first();
    // It covers nothing that is worked with: it is above all that the page holds.
    const [message, held] = [await undo.boundingBox(), await page.getByRole('main').boundingBox()];
    expect((message?.y ?? Number.NaN) + (message?.height ?? 0)).toBeLessThanOrEqual(held?.y ?? 0);
    await undo.click();
    await page.getByText('Undone', { exact: true }).waitFor();
    expect((await server.api<{ total: number }>(high)).total).toBe(0);
    await open.getByRole('button', { name: 'Export…' }).click();
    await dialog().getByLabel('Why').fill('for the report');
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      dialog().getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    expect(report.suggestedFilename()).toMatch(/^tidewatch-case-.*\.md$/);
    expect(found).toEqual([]);
    expect(faults.seen).toEqual([]);
  }, 120_000);

  it('are grouped, and all of a group are closed by one job, which is taken back', async () => {
    const total = async (q: string) =>
      (await server.api<{ total: number }>(`/api/alerts?q=${encodeURIComponent(q)}`)).total;
    const all = await total('rule.level: high');
    await page.goto(`${server.url}/alerts?q=rule.level%3A+high&status=all`);
    await page.getByRole('grid', { name: 'Alerts' }).getByRole('row').nth(1).waitFor();

    // By `f` on the row of the cursor: the menu of its first value, and there the groups.
    for (const key of ['j', 'f']) await page.keyboard.press(key);
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('ArrowRight');
    await look('value-menu');
    await page.getByRole('menuitem', { name: 'Group alerts by host.name' }).click();
    await page.waitForURL('**by=host.name**');
    const groups = page.getByRole('grid', { name: 'Groups of alerts' });
    const web1 = groups.getByRole('row').filter({ hasText: 'web1' }).first();
    await web1.getByText('1 High').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    const unfolded = groups.getByRole('list', { name: 'Newest alerts of the group' });
    await unfolded.getByText('Password guessed').waitFor();
    await look('groups');
    expect(page.url()).toContain('group=');

    await web1.getByRole('checkbox').check();
    await page.getByText('1 group, 1 alert selected').waitFor();
    await page.keyboard.press('c');
    await dialog().getByText('False positive').waitFor();
    await page.keyboard.press('3');
    await page.getByText('1 alert closed: false positive').waitFor();
    expect(await total('status: closed and host.name: web1 and reason: false_positive')).toBe(1);
    await page.keyboard.press('z');
    await page.getByText('1 alert put back').waitFor();
    expect(await total('status: closed and reason: false_positive')).toBe(0);

    await page.goto(`${server.url}/alerts?q=rule.level%3A+high&status=all`);
    await page.getByRole('grid', { name: 'Alerts' }).getByRole('row').nth(1).waitFor();
    for (const key of ['j', 'x']) await page.keyboard.press(key);
    await page.getByRole('button', { name: /^Select all \d+ alerts that match$/ }).click();
    await page.getByText(`All ${all} alerts that match selected`).waitFor();
    await look('bulk-all');
    await page.keyboard.press('a');
    await page.getByText(/alerts? acknowledged/).waitFor();
    expect(await total('rule.level: high and status: acknowledged')).toBe(all);
    expect(found).toEqual([]);
    expect(faults.seen).toEqual([]);
  }, 60_000);

  it('views open with their page, queries come back by arrow keys, and alerts leave with columns chosen', async () => {
    await page.goto(`${server.url}/alerts?q=rule.level%3A+high&status=all`);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save or change views…' }).click();
    await dialog().getByLabel('Save what is shown now as').fill('Severe');
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Open the page with Severe' }).click();
    await dialog().getByRole('button', { name: 'Do not open the page with Severe' }).waitFor();
    await look('views');
    await page.goto(`${server.url}/alerts`);
    await page.waitForURL('**status=all**');

    const box = page.getByRole('combobox', { name: 'Filter in KQL' });
    await box.fill('rule.level: low');
    await page.keyboard.press('Enter');
    await page.waitForURL('**low**');
    await box.fill('');
    for (const key of ['ArrowDown', 'ArrowDown']) {
      await page.keyboard.press(key);
      await page.getByRole('option', { name: 'rule.level: high' }).waitFor();
    }
    await look('searches');
    await page.keyboard.press('Enter');
    await page.waitForURL('**high**');

    await page.getByRole('button', { name: 'Export…' }).click();
    await dialog().getByLabel('Why').fill('for the report');
    await dialog().getByLabel('Columns').fill('title, rule.level');
    await look('export');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog().getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    const lines: string[] = [];
    for await (const part of await file.createReadStream()) lines.push(...String(part).split('\r\n'));
    expect(lines[0]).toBe('title,rule.level');
    expect(lines.slice(1, 3).map((line) => line.replace(/.*,/, ''))).toEqual(['high', 'high']);

    const dark = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    await dark.addCookies(await page.context().cookies());
    const { page: other } = await openPage(dark);
    await other.goto(`${server.url}/cases`);
    await other.getByRole('grid').getByRole('row').nth(1).click();
    await other.getByRole('complementary', { name: 'Case' }).getByRole('row').nth(2).waitFor();
    await look('case-dark', other);
    await dark.close();
    expect(found).toEqual([]);
    expect(faults.seen).toEqual([]);
  }, 120_000);
});
