import { Random } from '@tidewatch/forest';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { openBrowser, openPage, shoot, violations } from './journey.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const minute = 60_000;
/** Sources that were not heard of for minutes would count as idle. */
const start = Math.floor(Date.now() / minute) * minute - 62 * minute;
const shots = process.env.TIDEWATCH_SHOTS;
const detector = `
id: logons
title: Many log-ons
filter: 'event.category: authentication'
by: [user.name]
interval: 1m
delay: 0s
forest: { trees: 20, sample: 64, target: 0.009 }
features:
  - { name: logons, aggregate: count, direction: above, min_absolute: 20 }
`;
const random = new Random(7);

/** Log-ons of five users in a minute: forty of `user-3` in the 38th. */
const logOns = (step: number) =>
  Array.from({ length: 5 }, (_, user) => {
    const count = user === 3 && step === 37 ? 40 : 1 + Math.floor(4 * random.next() ** 2);
    return Array.from({ length: count }, (_, i) => ({
      '@timestamp': new Date(start + step * minute + i * 500).toISOString(),
      event: { category: ['authentication'] },
      user: { name: `user-${user}` },
    }));
  }).flat();

interface History {
  readonly items: readonly {
    readonly entity: string[];
    readonly from: number;
    readonly suppressed?: string;
  }[];
}

interface Series {
  readonly points: readonly {
    readonly from: number;
    readonly features: readonly { readonly actual: number; readonly upper: number }[];
  }[];
}

describe.runIf(has('chromium'))('anomalies in the console', () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let faults: { readonly seen: string[] };
  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), openBrowser()]);
    ({ page, faults } = await openPage(
      await browser.newContext({ viewport: { width: 1600, height: 1000 } }),
    ));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const send = async (from: number, to: number): Promise<void> => {
    const events = Array.from({ length: to - from }, (_, i) => logOns(from + i)).flat();
    const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const headers = { 'content-type': 'application/x-ndjson' };
    const { ok } = await fetch(`${server.ingest}/ingest/vpn`, { method: 'POST', headers, body });
    expect(ok).toBe(true);
  };
  const spikeAt = (step: number) =>
    eventually(
      async () => {
        const { items } = await server.api<History>('/api/detectors/logons/history?from=now-2h&to=now%2B1h');
        return items.find(({ entity, from }) => entity[0] === 'user-3' && from === start + step * minute);
      },
      (found) => found !== undefined,
    );

  it('makes a detector, shows what is odd of whom, and lets it be called normal', async () => {
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    await page.goto(`${server.url}/anomalies?form=new`);
    await page.getByLabel('The detector, as YAML').fill(detector);
    await page.getByRole('button', { name: 'What will it take?' }).click();
    await page.getByText(/KiB for each entity/).waitFor();
    await page.getByRole('button', { name: 'Start it' }).click();
    await page.getByRole('heading', { name: 'Many log-ons' }).waitFor();
    await send(0, 42);
    expect((await spikeAt(37))?.suppressed).toBeUndefined();

    await page.keyboard.press('r');
    await page.getByRole('cell', { name: 'user-3' }).first().waitFor();
    for (let row = 0; row < 20 && !page.url().includes(`at=${start + 37 * minute}`); row++) {
      const before = page.url();
      await page.keyboard.press('j');
      // The address follows a moment later; the next row would be too many.
      const opened = async (): Promise<string> => {
        await page.keyboard.press('o');
        return page.url();
      };
      await expect.poll(opened, { timeout: 20_000, interval: 200 }).not.toBe(before);
    }
    const entity = page.getByRole('region', { name: 'Entity user-3' });
    await entity.getByRole('heading', { name: /, alert$/ }).waitFor();
    await entity.getByRole('img', { name: /^logons/ }).waitFor();
    expect(await entity.getByRole('table').innerText()).toMatch(/logons\s+40/);
    await shoot(page, shots, 'anomalies');
    expect(await violations(page)).toEqual([]);
    expect(await entity.getByRole('link', { name: 'Events of the interval' }).getAttribute('href')).toContain(
      encodeURIComponent('user.name: "user-3"'),
    );

    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'What is normal' });
    await dialog.getByText('would have hidden 1 of 1 alert').waitFor();
    await shoot(page, shots, 'anomalies-normal');
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('Why it is normal').fill('a nightly job');
    await dialog.getByRole('button', { name: 'Call it normal' }).click();
    await page.getByRole('cell', { name: 'a nightly job' }).waitFor();
    const { items } = await server.api<{ items: { status: string; reason: string }[] }>(
      '/api/alerts?from=now-2h&to=now%2B1h',
    );
    expect(items).toMatchObject([{ status: 'closed', reason: 'false_positive' }]);

    // In force: of the interval that was an alert, what it was is within the band by now.
    const entityText = encodeURIComponent('["user-3"]');
    const { points } = await server.api<Series>(`/api/detectors/logons/series?entity=${entityText}`);
    expect(points).toHaveLength(41);
    const [shown] = points.find(({ from }) => from === start + 37 * minute)!.features;
    expect(shown!.upper).toBeGreaterThanOrEqual(shown!.actual);
    expect(faults.seen).toEqual([]);
  }, 120_000);
});
