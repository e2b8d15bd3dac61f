import { expect, it } from 'vitest';
import { lookAtPages, openBrowser } from '../e2e/journey.ts';
import { startServer } from '../e2e/server.ts';
import { has } from '../require.ts';

it.runIf(has('chromium'))('a newcomer finds every page’s colours accessible in the light theme', async () => {
  const [browser, server] = await Promise.all([openBrowser(), startServer({ demo: true })]);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await server.loginLink());
  await page.waitForURL('**/alerts**');
  // Of a page a theme changes the colours alone.
  const look = { colorScheme: 'light', rules: ['color-contrast'] } as const;
  expect(await lookAtPages(context, server, look)).toEqual([]);
  await browser.close();
  await server.dispose();
});
