import { setTimeout } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { queries, type Read } from '../store/reads.ts';
import { inputTimes, sinceInput, watchInput } from './browser.ts';

const rows = (page: Page, name: string) => page.getByRole('grid', { name }).getByRole('row');

/** A key that is held down repeats thirty times a second. */
const repeatMs = 1_000 / 30;

/** Does something so many times at that pace, or as fast as the page takes it. */
async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i++) await Promise.all([work(), setTimeout(repeatMs)]);
}

/** Opens the queue with all alerts behind it. */
async function openQueue(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/alerts`);
  await rows(page, 'Alerts').nth(20).waitFor();
  return page;
}

/** From each input to the frame that shows it, by what was done, milliseconds. */
export async function localTimes(context: BrowserContext, url: string) {
  const page = await openQueue(context, url);
  const measured = async (types: readonly string[], work: () => Promise<void>): Promise<number[]> => {
    await watchInput(page, types);
    await work();
    const times = await inputTimes(page);
    if (times.length === 0) throw new Error('The page took no input.');
    return times;
  };
  const press = (key: string, times: number) => repeat(times, () => page.keyboard.press(key));
  await press('j', 3);
  const moved = await measured(['keydown'], async () => {
    await press('j', 60);
    await press('k', 40);
  });
  const selected = await measured(['keydown'], async () => {
    for (let i = 0; i < 30; i++) {
      await press('x', 1);
      await press('j', 1);
    }
    await press('Escape', 1);
  });
  const opened = await measured(['keydown'], async () => {
    for (let i = 0; i < 20; i++) {
      await press('Enter', 1);
      await page.waitForURL(/id=/);
      await press('Escape', 1);
      await page.waitForURL((address) => !address.searchParams.has('id'));
    }
  });
  await page.mouse.move(600, 600);
  const scrolled = await measured(['wheel'], async () => {
    await repeat(100, () => page.mouse.wheel(0, 400));
  });
  await page.close();
  return { moved, selected, opened, scrolled };
}

/** From `Enter` in the filter of events until page, count and histogram of a million are on the screen. */
export async function filterTimes(context: BrowserContext, url: string, rounds: number) {
  const page = await context.newPage();
  const times: Read[] = [];
  const answered = (path: string, query: string) =>
    page.waitForResponse(
      (response) => {
        const { pathname, searchParams } = new URL(response.url());
        return pathname === path && searchParams.get('q') === query;
      },
      { timeout: 120_000 },
    );
  for (let round = -1; round < rounds; round++) {
    // The page keeps what it was told.
    await page.goto(`${url}/events`);
    await rows(page, 'Events').nth(1).waitFor();
    await watchInput(page, ['keydown']);
    for (const query of queries) {
      await page.keyboard.press('/');
      await page.keyboard.insertText(query);
      const both = Promise.all([answered('/api/events', query), answered('/api/events/histogram', query)]);
      await page.keyboard.press('Enter');
      for (const response of await both) await response.finished();
      const milliseconds = await sinceInput(page);
      times.push({ query, isFirst: round < 0, milliseconds });
      await page.keyboard.press('Escape');
    }
  }
  await page.close();
  return times;
}

/** From the key that goes to an alert until its explanation is on the screen; none was read before. */
export async function detailTimes(context: BrowserContext, url: string, count: number): Promise<number[]> {
  const page = await openQueue(context, url);
  await watchInput(page, ['keydown']);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByText('Why it fired').waitFor();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    await page.keyboard.press('Escape');
    await page.waitForURL((address) => !address.searchParams.has('id'));
    // Past what was fetched beforehand.
    for (let step = 0; step < 3; step++) await page.keyboard.press('j');
    const shown = page.waitForFunction(() => document.body.innerText.includes('Why it fired'), undefined, {
      polling: 'raf',
    });
    await page.keyboard.press('Enter');
    await shown;
    times.push(await sinceInput(page));
  }
  await page.close();
  return times;
}

/** Keys pressed until the server has each change, what is typed as an exception's reason aside. */
export async function keysOfTriage(context: BrowserContext, url: string) {
  const page = await openQueue(context, url);
  let pressed = 0;
  const press = async (key: string) => {
    pressed++;
    await page.keyboard.press(key);
  };
  const counted = async (path: string, work: () => Promise<void>): Promise<number> => {
    pressed = 0;
    const done = page.waitForResponse(
      (response) => response.request().method() === 'POST' && new URL(response.url()).pathname === path,
    );
    await work();
    const response = await done;
    if (!response.ok()) throw new Error(`${path} answered ${response.status()}.`);
    return pressed;
  };
  const dialog = page.locator('[role=dialog][data-base-ui-focusable]');
  await page.keyboard.press('j');
  const acknowledge = await counted('/api/alerts/actions', () => press('a'));
  await page.keyboard.press('j');
  const close = await counted('/api/alerts/actions', async () => {
    await press('c');
    await dialog.waitFor();
    await press('3');
  });
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByText('Why it fired').waitFor();
  const exception = await counted('/api/exceptions', async () => {
    await press('e');
    await dialog.waitFor();
    await page.keyboard.insertText('the bench’s own');
    await press('Enter');
  });
  await page.close();
  return { acknowledge, close, exception };
}
