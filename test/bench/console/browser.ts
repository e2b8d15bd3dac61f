import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { RunningServer } from '../../e2e/server.ts';

/** A browser's context of somebody who has logged in. */
export async function logIn(
  browser: Browser,
  server: RunningServer,
  colorScheme: 'dark' | 'light' = 'dark',
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const page = await context.newPage();
  await page.goto(await server.loginLink());
  await page.waitForURL('**/alerts**');
  await page.close();
  return context;
}

/** What the page keeps of the times it measures itself, milliseconds. */
interface Clocks {
  times: number[];
  since: number;
  readonly ends: AbortController;
}

declare global {
  interface Window {
    clocks: Clocks | undefined;
  }
}

/**
 * From a key or the wheel to the frame that shows what it did: the page notes it for each of `types` in `times`, and the
 * last moment in `since`, both on its own clock.
 */
export const watchInput = (page: Page, types: readonly string[]): Promise<void> =>
  page.evaluate((types) => {
    window.clocks?.ends.abort();
    const ends = new AbortController();
    window.clocks = { times: [], since: 0, ends };
    for (const type of types)
      addEventListener(
        type,
        ({ timeStamp }) => {
          if (window.clocks !== undefined) window.clocks.since = timeStamp;
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            // Comes after the frame has been painted.
            port1.onmessage = () => window.clocks?.times.push(performance.now() - timeStamp);
            port2.postMessage(undefined);
          });
        },
        { capture: true, passive: true, signal: ends.signal },
      );
  }, types);

/** The times since `watchInput`. */
export const inputTimes = (page: Page): Promise<number[]> => page.evaluate(() => window.clocks?.times ?? []);

/** From the last input until now has been painted. */
export const sinceInput = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) =>
        requestAnimationFrame(() =>
          setTimeout(() => resolve(performance.now() - (window.clocks?.since ?? Number.NaN))),
        ),
      ),
  );
