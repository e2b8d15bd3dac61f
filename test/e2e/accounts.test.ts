import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, root } from '../require.ts';
import { openBrowser, openPage, shoot, violations } from './journey.ts';
import { type RunningServer, startServer } from './server.ts';

const password = 'three small boats at noon';
const shots = process.env.TIDEWATCH_SHOTS;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ config: 'inputs:\n  - { type: http, port: 0, server_keys: true }\n' });
});
afterAll(() => server?.dispose());

/** A command of the product, on the running server: what it printed, and its exit code. */
const tidewatch = (...args: string[]) =>
  promisify(execFile)(
    process.execPath,
    ['apps/tidewatch/bin/tidewatch.mjs', ...args, '--data', server.data],
    { cwd: root },
  ).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout, stderr }) => ({ code: code as number, stdout: `${stdout}${stderr}` }),
  );

describe('on the command line', () => {
  it('users and keys are made, senders let in, and the audit log is checked', async () => {
    const added = await tidewatch('user', 'add', 'bob', '--role', 'engineer', '--name', 'Bob');
    expect(added.stdout).toMatch(/^bob {2}Bob {2}engineer {2}all {2}by link\nhttp:\S+#token=[\w-]{43}\n/);
    const made = await tidewatch(
      'key',
      'add',
      '--user',
      'bob',
      '--name',
      'web',
      '--scope',
      'ingest',
      '--source',
      'web-*',
    );
    const [secret = ''] = made.stdout.split('\n');
    const send = async (authorization: Record<string, string>, source = 'web-1') =>
      (
        await fetch(`${server.ingest}/ingest/${source}`, {
          method: 'POST',
          body: '{}',
          headers: authorization,
        })
      ).status;
    const bearer = { authorization: `Bearer ${secret}` };
    expect([await send(bearer), await send(bearer, 'vpn'), await send({})]).toEqual([200, 403, 401]);
    await tidewatch('user', 'disable', 'bob');
    expect(await send(bearer)).toBe(401);

    const checked = await tidewatch('audit', 'verify');
    expect(checked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+ entries .*\n\d+:[0-9a-f]{64}\n$/),
    });
    const head = checked.stdout.split('\n')[1] ?? '';
    const forged = head.replace(/.{64}$/, '0'.repeat(64));
    expect(await tidewatch('audit', 'verify', '--head', forged)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('broken at entry'),
    });
  });
});

describe.runIf(has('chromium'))('in the console', () => {
  let browser: Browser;
  let page: Page;
  let faults: { readonly seen: string[] };
  const found: string[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    ({ page, faults } = await openPage(context));
  });
  afterAll(() => browser?.close());

  /** What axe finds, and a picture. Colours are looked at once more in the dark, in the end. */
  async function look(name: string, at = page, rules?: readonly string[]): Promise<void> {
    await shoot(at, shots, name);
    found.push(...(await violations(at, rules)).map((violation) => `${name}: ${violation}`));
  }
  /** A theme fades in, so that the dark has a browser of its own. */
  async function lookInTheDark(): Promise<void> {
    const dark = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    await dark.addCookies(await page.context().cookies());
    const { page: other } = await openPage(dark);
    for (const path of ['admin/users', 'admin/keys', 'audit']) {
      await other.goto(`${server.url}/${path}`);
      await other.getByRole('grid').getByRole('row').nth(1).waitFor();
      await look(`${path.replace('/', '-')}-dark`, other, ['color-contrast']);
    }
    await dark.close();
  }
  const logOut = async () => {
    await page.getByRole('button', { name: 'You' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.waitForURL('**/login?why=left');
  };
  const logIn = async (user: string, given = password) => {
    await page.getByLabel('Name', { exact: true }).fill(user);
    await page.getByLabel('Password', { exact: true }).fill(given);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
  };

  it('a link sets a password, which opens the pages of administrators, all of them accessible', async () => {
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    await page.getByText('You came by a one-time link').waitFor();
    await page.getByRole('button', { name: 'You' }).click();
    await page.getByRole('menuitem', { name: 'Set a password' }).click();
    await page.getByLabel('New password').fill(password);
    await page.getByLabel('Once more').fill(password);
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('The password is set').waitFor();
    await logOut();
    await look('login');
    const before = faults.seen.length;
    await logIn('admin', 'not the right password');
    await page.getByText('The name or the password is not right').waitFor();
    // The refusal is in the browser's log, as it should be.
    faults.seen.splice(before);
    await logIn('admin');
    await page.waitForURL('**/alerts**');

    // The bar has what the role may open.
    await page.getByRole('link', { name: 'Users' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.waitForURL('**/admin/users');
    await page.getByRole('grid', { name: 'Users' }).getByRole('row').nth(1).waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('Name to log in with').fill('alice');
    await page.getByLabel('Analyst').check();
    await page.getByRole('button', { name: 'Only some of it' }).click();
    await page.getByLabel('unapproved').check();
    await look('user');
    await page.getByRole('button', { name: 'Make the user' }).click();
    const link = await page
      .getByRole('dialog')
      .getByText(/#token=/)
      .innerText();
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('row', { name: /alice.*class unapproved/ }).waitFor();
    await look('users');

    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await page.waitForURL('**/admin/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('What it is for').fill('reports');
    await page.getByLabel('alerts:read').check();
    await look('key');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const secret = await page
      .getByRole('dialog')
      .getByText(/^tidewatch_/)
      .innerText();
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('row', { name: /reports.*In force/ }).waitFor();
    await look('keys');
    const asked = await fetch(`${server.url}/api/alerts`, { headers: { authorization: `Bearer ${secret}` } });
    expect(asked.status).toBe(200);

    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL('**/audit');
    await page.getByLabel('What', { exact: true }).fill('users.*');
    await page.keyboard.press('Enter');
    const entry = page.getByRole('row', { name: / admin users\.add/ });
    await entry.click();
    await page.getByRole('grid').locator('pre', { hasText: '"alice"' }).waitFor();
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText(/entries follow from each other/).waitFor();
    await look('audit');
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByLabel('Why').fill('yearly review');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('tidewatch-audit.csv');

    await lookInTheDark();
    await logOut();
    await page.goto(link);
    await page.waitForURL('**/alerts**');
    await page.getByRole('link', { name: 'Health' }).waitFor();
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await shoot(page, shots, 'analyst');
    expect(found).toEqual([]);
    expect(faults.seen).toEqual([]);
  }, 150_000);
});
