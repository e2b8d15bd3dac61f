import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { root } from '../require.ts';
import { type Faults, openPage, violations } from './journey.ts';
import type { RunningServer } from './server.ts';

const exported = join(root, 'dist/console');
/** Not for who is logged in, or nowhere linked to. */
const others = ['404', '_not-found', 'index', 'login'];

/** What pages show once something is open. */
const opened = [
  'alerts?by=rule.id',
  'entity?source.ip=192.0.2.1',
  'rules?look=attack',
  'rules?make=true',
  'use-cases?name=endpoint-intrusion',
];

/** Every page of the built console by its path, such as `admin/users`. */
export const consolePages = (): readonly string[] =>
  readdirSync(exported, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map((entry) => relative(exported, join(entry.parentPath, entry.name)).replace(/\.html$/, ''))
    .filter((path) => !others.includes(path))
    .sort();

export interface WatchedPage {
  readonly page: Page;
  readonly faults: Faults;
  /** Everything asked for has come, and nothing is a skeleton any more. */
  settled(): Promise<void>;
}

const quietMs = 250;

/** In sight; what is below, or scrolled out of its pane, loads once it is. */
const skeletons = (): number =>
  [...document.querySelectorAll('.skeleton')].filter((one) => {
    const { top, left, width } = one.getBoundingClientRect();
    const shown = document.elementFromPoint(left + width / 2, Math.max(top, 0) + 1);
    return one.contains(shown);
  }).length;

/** A page of which one can know when it shows all it will. */
export async function openWatched(context: BrowserContext): Promise<WatchedPage> {
  const { page, faults } = await openPage(context);
  const under = new Set<Request>();
  let changed = Date.now();
  const ended = (request: Request) => {
    under.delete(request);
    changed = Date.now();
  };
  page.on('request', (request) => {
    // The live stream never ends.
    if (request.resourceType() === 'eventsource') return;
    under.add(request);
    changed = Date.now();
  });
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  return {
    page,
    faults,
    async settled() {
      const end = Date.now() + 30_000;
      for (;;) {
        const quiet = under.size === 0 && Date.now() - changed > quietMs;
        if (quiet && (await page.evaluate(skeletons)) === 0) return;
        if (Date.now() > end)
          throw new Error(`${page.url()} still waits for ${[...under].map((request) => request.url())}.`);
        await setTimeout(50);
      }
    },
  };
}

export type Theme = 'dark' | 'light' | 'contrast';

/**
 * What is wrong with each page in a theme, for the person logged in to `context`.
 *
 * @param rules of axe; all without it
 */
export async function lookAtPages(
  context: BrowserContext,
  server: RunningServer,
  theme: Theme,
  rules?: readonly string[],
): Promise<string[]> {
  const themed = await context.browser()?.newContext({ viewport: { width: 1440, height: 900 } });
  if (themed === undefined) throw new TypeError('The browser is closed.');
  await themed.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
  await themed.addCookies(await context.cookies());
  const { page, faults, settled } = await openWatched(themed);
  const found: string[] = [];
  for (const path of [...consolePages(), ...opened]) {
    await page.goto(`${server.url}/${path}`);
    // What is there before it runs has neither.
    await page.locator('main :is(h2, h3, table, [role=grid])').first().waitFor();
    await settled();
    found.push(...(await violations(page, rules)).map((violation) => `${path}: ${violation}`));
  }
  await themed.close();
  return [...found, ...faults.seen];
}
