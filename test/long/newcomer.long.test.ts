import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtPages } from '../e2e/console_pages.ts';
import { openBrowser } from '../e2e/journey.ts';
import { type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';

describe.runIf(has('chromium'))('a newcomer', () => {
  let server: RunningServer;
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startServer({ demo: true })]);
    context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  // Of a page a theme changes the colours alone.
  it.each(['light', 'contrast'] as const)(
    'finds every page’s colours accessible in the theme %s',
    async (theme) => {
      expect(await lookAtPages(context, server, theme, ['color-contrast'])).toEqual([]);
    },
  );
});
