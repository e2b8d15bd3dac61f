import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePages, openWatched } from '../e2e/console_pages.ts';
import { openBrowser, shoot } from '../e2e/journey.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';

/** Where pictures go; `TIDEWATCH_SHOTS=docs/screens` renews those of the documentation. */
const shots = process.env.TIDEWATCH_SHOTS;

interface View {
  readonly name: string;
  readonly path: string;
}

describe.runIf(has('chromium'))('pictures of the demonstration', () => {
  let server: RunningServer;
  let browser: Browser;
  const views: View[] = [];
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startServer({ demo: true })]);
    const { items } = await eventually(
      () =>
        server.api<{
          items: { id: string; key: { field: string; value: string }[]; detector: { engine: string } }[];
        }>('/api/alerts?from=now-24h&limit=200&sort=severity'),
      // The story's opening, in which nearly all of its rules fire.
      (found) => found.items.length >= 20,
      240,
    );
    const ofEngine = (engine: string) => items.find(({ detector }) => detector.engine === engine)?.id;
    const [byRule, byCorrelation] = [ofEngine('sigma'), ofEngine('correlation')];
    for (const path of consolePages()) views.push({ name: path.replaceAll('/', '-'), path });
    if (byRule !== undefined) views.push({ name: 'alert', path: `alerts?id=${encodeURIComponent(byRule)}` });
    if (byCorrelation !== undefined)
      views.push({ name: 'alert-correlation', path: `alerts?id=${encodeURIComponent(byCorrelation)}` });
    const host = items.flatMap(({ key }) => key).find(({ field }) => field === 'host.name')?.value ?? '';
    views.push({ name: 'entity', path: `entity?host.name=${encodeURIComponent(host)}` });
    views.push({ name: 'rules-attack', path: 'rules?look=attack' });
    views.push({ name: 'use-case', path: 'use-cases?name=endpoint-intrusion' });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const open = async (theme: 'dark' | 'light' | 'contrast'): Promise<BrowserContext> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
    const page = await context.newPage();
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    await page.close();
    return context;
  };

  it.each(['dark', 'light', 'contrast'] as const)('are taken in the %s theme', async (theme) => {
    const context = await open(theme);
    const { page, faults, settled } = await openWatched(context);
    // A later picture of the same name stands for the page: of an entity, not of the box to look one up.
    const wanted = new Map(views.map((view) => [view.name, view]));
    for (const { name, path } of wanted.values()) {
      if (theme === 'contrast' && name !== 'alert') continue;
      await page.goto(`${server.url}/${path}`);
      await settled();
      expect(await page.locator('main').innerText()).not.toMatch(/could not be loaded/);
      await shoot(page, shots, `${name}-${theme}`);
    }
    expect(faults.seen).toEqual([]);
    await context.close();
  });

  it.runIf(shots !== undefined)('are shown together', async () => {
    const names = [...new Set(views.map(({ name }) => name))].sort();
    const rows = names.map((name) => `| ${name} | ![](${name}-dark.png) | ![](${name}-light.png) |`);
    const text = `# The console

Every page with the demonstration’s data, 1440 × 900, as \`TIDEWATCH_SHOTS=docs/screens npm run test:long\` takes them.

| | dark | light |
|---|---|---|
${rows.join('\n')}

An alert in high contrast:

![](alert-contrast.png)
`;
    await writeFile(join(shots ?? '', 'README.md'), text);
  });
});
