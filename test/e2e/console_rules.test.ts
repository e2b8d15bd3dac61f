import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { type Faults, openBrowser, openPage, violations } from './journey.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

describe.runIf(has('chromium'))('a rule that is written in the console', () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let faults: Faults;
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startServer()]);
    ({ page, faults } = await openPage(await browser.newContext({ viewport: { width: 1440, height: 900 } })));
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const send = (host: string) =>
    fetch(`${server.ingest}/ingest/doors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        '@timestamp': new Date().toISOString(),
        ...{ event: { action: 'door-forced' }, host: { name: host } },
      }),
    });
  const totalOf = (path: string) => async () => (await server.api<{ total: number }>(path)).total;
  const sourceOf = (id: string) =>
    server.api<{ source: string }>(`/api/rules/${id}`).then(
      ({ source }) => source,
      () => undefined,
    );
  const editor = () => page.getByRole('textbox', { name: 'The rule' });
  const button = (name: string) => page.getByRole('button', { name });
  /** Says why in the dialog, and does it. */
  const confirm = async (verb: string) => {
    await page.getByRole('dialog').getByLabel('Why').fill('a test');
    await page.getByRole('dialog').getByRole('button', { name: verb }).click();
  };

  it('is checked by line, tried on what is stored, brought into force, and taken back', async () => {
    await send('web1');
    await eventually(totalOf('/api/events?q=event.action:door-forced'), (total) => total === 1);
    await page.goto(`${server.url}/rules`);
    await page.getByRole('grid', { name: 'Rules' }).waitFor();
    await page.keyboard.press('n');
    // What it begins with could be brought into force as it is.
    await page.getByText('Nothing is wrong with it.').waitFor();
    const template = await editor().inputValue();
    const id = /^id: (.+)$/m.exec(template)?.[1] ?? '';

    await editor().fill(template.replace('condition: refused', 'condition: forced'));
    const line = template.split('\n').findIndex((text) => text.includes('condition:')) + 1;
    await button(`Line ${line}`).waitFor();
    expect(await button('Bring into force').isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);

    const rule = template
      .replace('  product: linux\n  service: sshd', '  category: doors')
      .replace(/ {4}event\.category.*? {2}condition/s, '    event.action: door-forced\n  condition');
    await editor().fill(rule);
    await button('Try it on them').click();
    await page.getByText('Done: 1 event').waitFor();
    await page.getByRole('row').filter({ hasText: '1 alert' }).waitFor();
    await page.reload();
    await page.getByText('Done: 1 event').waitFor();
    expect(await editor().inputValue()).toBe(rule);
    expect(await sourceOf(id)).toBeUndefined();

    await button('Bring into force').click();
    await confirm('Bring into force');
    await page.getByText('The rule is in force').waitFor();
    expect(await sourceOf(id)).toBe(rule);
    await send('web2');
    await eventually(totalOf(`/api/alerts?q=rule.id:${id}`), (total) => total === 1);
    await button('Undo').click();
    await page.getByText('It is as it was before').waitFor();
    expect(await sourceOf(id)).toBeUndefined();
    const { items } = await server.api<{ items: { action: string; detail: unknown }[] }>(
      '/api/audit?action=rules.put',
    );
    expect(items).toMatchObject([{ detail: { reason: 'a test' } }]);
    expect(faults.seen.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  it('stands among others in their order, however far the list was turned; what was held is let go', async () => {
    await page.goto(`${server.url}/rules`);
    const list = page.getByRole('grid', { name: 'Rules' });
    const rows = list.getByRole('row');
    await rows.nth(20).waitFor();
    const places = async () =>
      (await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('aria-rowindex'))))).slice(1);
    const first = await places();
    await rows.nth(3).focus();
    await list.hover();
    await page.mouse.wheel(0, 900);
    const inOrder = (found: readonly number[]) => found.map((_, i) => (found[0] ?? Number.NaN) + i);
    await expect
      .poll(async () => {
        const found = await places();
        return found[0] !== first[0] && `${found}` === `${inOrder(found)}`;
      })
      .toBe(true);
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    const tops = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().top).slice(1));
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
  });

  it('goes back to the version before, and is deleted', async () => {
    const id = '2b0c8a5e-6d55-4a57-9d3b-000000000001';
    const rule = (title: string) =>
      `title: ${title}\nid: ${id}\nlogsource: { category: doors }\ndetection: { s: { event.action: door-forced }, condition: s }\n`;
    for (const title of ['First', 'Second'])
      await server.api(`/api/rules/${id}`, { method: 'PUT', body: { source: rule(title) } });
    await page.goto(`${server.url}/rules?id=${id}`);
    await page.getByRole('heading', { name: 'Second' }).waitFor();
    await button('Version before').click();
    await confirm('Bring it back');
    await page.getByRole('heading', { name: 'First' }).waitFor();
    expect(await sourceOf(id)).toBe(rule('First'));
    await button('Delete').click();
    await confirm('Delete it');
    await page.getByText('The rule is deleted').waitFor();
    expect(await sourceOf(id)).toBeUndefined();
  });
});
