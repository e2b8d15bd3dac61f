import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Debian's Chromium, without what it would ask of the network. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** What went wrong in the page that nobody would see: script errors, refused content, missing files. */
export interface Faults {
  readonly seen: string[];
}

export async function openPage(context: BrowserContext): Promise<{ page: Page; faults: Faults }> {
  const page = await context.newPage();
  const faults: Faults = { seen: [] };
  page.on('pageerror', (error) => faults.seen.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.seen.push(`${message.text()} ${message.location().url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.seen.push(`${response.status()} ${response.url()}`);
  });
  return { page, faults };
}

/** Types as a person does who sees the cursor in `field`: a dialog moves it there a frame after it is drawn. */
export async function typeInto(field: Locator, text: string): Promise<void> {
  await expect
    .poll(() => field.evaluate((one) => one === document.activeElement), { timeout: 10_000, interval: 20 })
    .toBe(true);
  await field.page().keyboard.type(text);
}

/** Takes a picture into `folder`, as WebP; none where it is undefined, as `TIDEWATCH_SHOTS` is by default. */
export async function shoot(page: Page, folder: string | undefined, name: string): Promise<void> {
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const chromium = await page.context().newCDPSession(page);
  const { data } = await chromium.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await chromium.detach();
  await writeFile(join(folder, `${name}.webp`), data, 'base64');
}

/** WCAG 2.2 A and AA, by axe: what it finds, in words. @param rules those alone; all without it */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Colours on their way to others are neither.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one instanceof CSSTransition)
        .map(({ finished }) => finished),
    ),
  );
  // In the page itself, as there are no frames, and of what is in order no report: half of the time.
  const axe = new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'], preload: false });
  const { violations: found } = await (rules === undefined
    ? axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    : axe.withRules([...rules])
  ).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/**
 * What a newcomer does: logs in by the link, sees the first severe alert, opens it, reads why, and closes it as a
 * false positive, by keyboard. Answers the seconds until the alert was on the screen.
 */
export async function firstAlertJourney(page: Page, link: string): Promise<number> {
  const began = Date.now();
  await page.goto(link);
  await page.waitForURL('**/alerts**');
  const grid = page.getByRole('grid', { name: /alerts/i });
  const severe = grid.getByRole('row').filter({ hasText: 'High' }).first();
  await expect
    .poll(
      async () => {
        if ((await severe.count()) > 0) return true;
        // New alerts wait above the list until they are asked for.
        await page.keyboard.press('r');
        return false;
      },
      { timeout: 20_000, interval: 250 },
    )
    .toBe(true);
  const seconds = (Date.now() - began) / 1000;

  // The list moves while the demonstration plays, so a click may miss, as a person's may.
  await expect
    .poll(
      async () => {
        await severe.click();
        // The address follows a moment later.
        await page.waitForURL(/id=/, { timeout: 2_000 }).catch(() => {});
        return page.url();
      },
      { timeout: 30_000, interval: 100 },
    )
    .toContain('id=');
  const detail = page.getByRole('complementary', { name: 'Alert' });
  await detail.getByText('Why it fired').waitFor();
  await detail.getByRole('region', { name: 'Source of the rule' }).waitFor();
  // The value that matched is marked, in the rule and in the event; a correlation names its events.
  const events = detail.getByRole('list', { name: 'Events it rests on' });
  await detail.locator('mark').or(events).first().waitFor();
  expect(page.url()).toContain('id=');

  // Where new events joined meanwhile, a person is asked to decide again.
  const closed = page.getByText(/closed: false positive/i).first();
  for (let tries = 0; tries < 5 && !(await closed.isVisible()); tries++) {
    await page.keyboard.press('c');
    await page.getByRole('dialog').getByText('False positive').waitFor();
    await page.keyboard.press('3');
    await closed.or(page.getByText('changed under your hands').nth(tries)).first().waitFor();
  }
  expect(await closed.isVisible()).toBe(true);
  return seconds;
}
