import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../bench/console/estate.ts';
import { consolePages, openWatched, type WatchedPage } from '../e2e/console_pages.ts';
import { openBrowser } from '../e2e/journey.ts';
import { type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';
import { random } from '../seed.ts';

const states = 100;
const seed = 20_261_122;

/** What addresses may ask of any page; a page leaves aside what it does not know. */
const values: Readonly<Record<string, readonly string[]>> = {
  q: ['', 'rule.level: low', 'host.name: shop-00*', 'user.name: root or user.name: admin', 'a: (', 'shop'],
  from: ['now-24h', 'now-1h', 'now-30d', '2026-11-01T00:00:00.000Z'],
  to: ['now', 'now-10m'],
  sort: ['newest', 'oldest', 'severity'],
  status: ['active', 'open', 'closed', 'all'],
  columns: ['source.ip', 'source.ip,url.path', 'nowhere.to.be.found'],
  look: ['list', 'attack'],
  view: ['all', 'active'],
  state: ['open', 'all', 'dropped'],
  span: ['24h', '7d'],
  who: ['', 'admin'],
  'host.name': ['shop-001', 'nobody'],
};

const nasty = [
  '<script>1</script>',
  '\u0000',
  '%',
  '%E0%A4%A',
  '__proto__',
  'constructor',
  '-1',
  '1e309',
  'NaN',
  `${'x'.repeat(3_000)}`,
  '[[[[',
  '{"a":',
  'now-99999999999d',
  '\u202e',
  '//example.org',
];

describe.runIf(has('chromium'))('the address of a page', () => {
  let server: RunningServer;
  let browser: Browser;
  let watched: WatchedPage;
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startServer()]);
    await fill(server, 400);
    watched = await openWatched(await browser.newContext({ viewport: { width: 1440, height: 900 } }));
    await watched.page.goto(await server.loginLink());
    await watched.page.waitForURL('**/alerts**');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  /** What stands on the page, but for what time alone moves: ages, rates and counters of the moment. */
  const shown = async (): Promise<string> => {
    await watched.settled();
    const text = await watched.page.locator('main').innerText();
    return text.replaceAll(/\d[\d.,:]*/g, '#').replaceAll(/# (s|min|h|ms|kB|MB|MiB|GiB)\b/g, '#');
  };

  it(`gives the same page again for ${states} random states, seed ${seed}`, async () => {
    const next = random(seed);
    const one = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    // Health is what is going on at the moment.
    const pages = consolePages().filter((path) => path !== 'health');
    for (let i = 0; i < states; i++) {
      const url = new URL(`${server.url}/${one(pages)}`);
      for (let asked = Math.floor(next() * 4); asked >= 0; asked--) {
        const name = one(Object.keys(values));
        url.searchParams.set(name, one(values[name] ?? []));
      }
      // What is asked for now stands in the audit log next time.
      if (url.pathname === '/audit') url.searchParams.set('to', 'now-10m');
      await watched.page.goto(url.href);
      const before = { shown: await shown(), address: watched.page.url() };
      await watched.page.reload();
      expect.soft({ shown: await shown(), address: watched.page.url() }, url.href).toEqual(before);
    }
  });

  it('that is hostile crashes no page', async () => {
    const names = [...Object.keys(values), 'id', 'name', 'version', 'seq', 'live', 'file', 'reads', 'source'];
    const fatal: string[] = [];
    watched.page.on('pageerror', ({ message }) => fatal.push(`${watched.page.url()}: ${message}`));
    for (const path of consolePages())
      for (const part of [nasty.slice(0, 5), nasty.slice(5, 10), nasty.slice(10)]) {
        const query = names.map((name, i) => `${name}=${encodeURIComponent(part[i % part.length] ?? '')}`);
        // As it stands: what is not even encoded as it should be.
        await watched.page.goto(`${server.url}/${path}?${query.join('&')}&q=%E0%A4%A`);
        await watched.settled();
        expect.soft(await watched.page.locator('main').isVisible(), watched.page.url()).toBe(true);
        expect.soft(await watched.page.getByText(/went wrong/i).count(), watched.page.url()).toBe(0);
      }
    expect(fatal).toEqual([]);
  });
});
