import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { root } from '../require.ts';
import { type Faults, openPage } from './journey.ts';

const exported = join(root, 'dist/console');
/** Not for who is logged in, or nowhere linked to. */
const others = ['404', '_not-found', 'index', 'login'];

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
        if (quiet && (await page.locator('.skeleton').count()) === 0) return;
        if (Date.now() > end)
          throw new Error(`${page.url()} still waits for ${[...under].map((request) => request.url())}.`);
        await setTimeout(50);
      }
    },
  };
}
