import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RunningServer } from './server.ts';

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

/** Takes a picture into `folder`; none where it is undefined, as `TIDEWATCH_SHOTS` is by default. */
export async function shoot(page: Page, folder: string | undefined, name: string): Promise<void> {
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

/** WCAG 2.2 A and AA, by axe: what it finds, in words. @param rules those alone; all without it */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page });
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

export interface Look {
  readonly colorScheme: 'dark' | 'light';
  /** Rules of axe; all without it. */
  readonly rules?: readonly string[];
}

/** Pages with a virtual list of their name. */
const listed = ['alerts', 'events', 'rules'];
/** What shows that other pages are there. */
const landmarks: Readonly<Record<string, string>> = {
  health: 'Listeners',
  'rules?look=attack': 'Navigator layer',
  'use-cases': 'Review by',
  'use-cases?name=endpoint-intrusion': 'As written',
  privacy: 'in the newest',
  models: 'Shown version',
  'entity?source.ip=192.0.2.1': 'What it is made of',
};

/** What is wrong with each of the pages whose look the theme decides, for the person logged in to `context`. */
export async function lookAtPages(
  context: BrowserContext,
  server: RunningServer,
  { colorScheme, rules }: Look,
): Promise<string[]> {
  const themed = await context.browser()?.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  if (themed === undefined) throw new TypeError('The browser is closed.');
  await themed.addCookies(await context.cookies());
  const { page, faults } = await openPage(themed);
  const found: string[] = [];
  for (const path of [...listed, ...Object.keys(landmarks)]) {
    await page.goto(`${server.url}/${path}`);
    const landmark = landmarks[path];
    if (landmark !== undefined) await page.getByText(landmark).first().waitFor();
    else
      await page
        .getByRole('grid', { name: new RegExp(path, 'i') })
        .getByRole('row')
        .nth(1)
        .waitFor();
    found.push(...(await violations(page, rules)).map((violation) => `${path}: ${violation}`));
  }
  await themed.close();
  return [...found, ...faults.seen];
}
