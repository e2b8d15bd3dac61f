import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePages, openWatched, type Theme } from '../e2e/console_pages.ts';
import { openBrowser, shoot } from '../e2e/journey.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';

/** Where pictures go; `TIDEWATCH_SHOTS=docs/screens` renews those of the documentation. */
const shots = process.env.TIDEWATCH_SHOTS;
/** A data folder in which the demonstration has played a while; without it the pictures show its opening. */
const played = process.env.TIDEWATCH_SHOTS_DATA;
const mostBytes = 250_000;

interface View {
  readonly name: string;
  readonly path: string;
  readonly says: string;
  /** Beside dark. */
  readonly themes?: readonly Theme[];
}

interface Row {
  readonly id: string;
  readonly key: readonly { readonly field: string; readonly value: string }[];
}

describe.runIf(has('chromium'))('pictures of the demonstration', () => {
  let server: RunningServer;
  let browser: Browser;
  let views: readonly View[];
  beforeAll(async () => {
    const data = played === undefined ? {} : { data: played };
    [browser, server] = await Promise.all([openBrowser(), startServer({ demo: true, ...data })]);
    const { items } = await eventually(
      () => server.api<{ items: Row[] }>('/api/alerts?from=now-24h&limit=200&sort=severity'),
      // The story's opening, in which nearly all of its rules fire.
      (found) => found.items.length >= 20,
      240,
    );
    await people(items);
    views = await viewsOf(items);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const post = <T>(path: string, body: object) => server.api<T>(path, { method: 'POST', body });

  /** What people would have done by now. */
  async function people(items: readonly Row[]): Promise<void> {
    const ids = items.slice(0, 4).map(({ id }) => id);
    await post('/api/cases', { title: 'Who works on the file server', severity: 'high', alerts: ids });
    const { users } = await server.api<{ users: { id: string }[] }>('/api/users');
    if (users.length > 1) return;
    for (const [id, name, role] of [
      ['alice', 'Alice', 'analyst'],
      ['bob', 'Bob', 'privacy_officer'],
    ])
      await post('/api/users', { id, name, roles: [role] });
    await post('/api/keys', { name: 'the shipper of web1', scopes: ['ingest'], sources: ['web1'], days: 90 });
  }

  async function viewsOf(items: readonly Row[]): Promise<readonly View[]> {
    const light = { themes: ['light'] } as const;
    const host = items.flatMap(({ key }) => key).find(({ field }) => field === 'host.name')?.value ?? '';
    const { rules } = await server.api<{ rules: { id: string; matches: number; level: string }[] }>(
      '/api/rules',
    );
    const [rule] = rules.filter(({ level }) => level === 'high').sort((a, b) => b.matches - a.matches);
    /** An alert of an engine; none where none has come, as those of models have only once a while was played. */
    const alert = async (engine: string, view: Omit<View, 'path'>): Promise<readonly View[]> => {
      const path = '/api/alerts?from=now-24h&limit=1&sort=severity&q=';
      const [one] = (await server.api<{ items: Row[] }>(`${path}engine:${engine}`)).items;
      return one === undefined ? [] : [{ ...view, path: `alerts?id=${encodeURIComponent(one.id)}` }];
    };
    return [
      {
        name: 'alerts',
        path: 'alerts',
        says: 'The queue: how many of which severity, when, and each alert.',
        ...light,
      },
      ...(await alert('sigma', {
        ...{ name: 'alert', themes: ['light', 'contrast'] },
        says: 'An alert: the lines of the rule that matched beside the values of the event.',
      })),
      ...(await alert('correlation', {
        name: 'alert-correlation',
        says: 'An alert of several events, and their order.',
      })),
      ...(await alert('evasion', {
        ...{ name: 'alert-model', ...light },
        says: 'An alert of a model: a line edited until no rule matched, and the rule that it is near to.',
      })),
      ...(await alert('forest', {
        name: 'alert-anomaly',
        says: 'An alert of a detector of anomalies: what was, what was expected, and each feature’s part.',
      })),
      { name: 'alert-groups', path: 'alerts?by=host.name', says: 'The queue by host.' },
      { name: 'cases', path: 'cases', says: 'Cases: alerts that belong together, and whose work they are.' },
      {
        name: 'events',
        path: 'events',
        says: 'Events: search, fields with their values, live tail.',
        ...light,
      },
      {
        ...{ name: 'entity', path: `entity?host.name=${encodeURIComponent(host)}` },
        says: 'A host: its risk with time, what that is made of, and what is rare on it.',
        ...light,
      },
      { name: 'rules', path: `rules?id=${rule?.id}`, says: 'Rules: how each fares, and what one is.' },
      {
        name: 'rules-new',
        path: 'rules?make=true',
        says: 'A new rule: written, checked, tried, brought into force.',
      },
      {
        name: 'rules-attack',
        path: 'rules?look=attack',
        says: 'Techniques that rules, log sources and alerts cover.',
        ...light,
      },
      { name: 'anomalies', path: 'anomalies', says: 'Detectors of anomalies, and how far each has learnt.' },
      {
        name: 'models',
        path: 'models?name=evasion',
        says: 'A model: its scores, speed, drift, card and history.',
      },
      {
        name: 'forecasts',
        path: 'forecasts',
        says: 'Forecasts: what was, what is expected, and how good that was.',
        ...light,
      },
      {
        name: 'health',
        path: 'health',
        says: 'Health: roles, sources, streams, disks, and what is kept.',
        ...light,
      },
      { name: 'dead-letters', path: 'dead-letters', says: 'Records that could not be handled: none here.' },
      {
        name: 'use-cases',
        path: 'use-cases?name=endpoint-intrusion',
        says: 'What data is kept for, by whose approval.',
      },
      { name: 'privacy', path: 'privacy', says: 'What is kept of whom, who read it, and what was deleted.' },
      { name: 'admin-users', path: 'admin/users', says: 'Users and their roles.' },
      { name: 'admin-keys', path: 'admin/keys', says: 'API keys.' },
      { name: 'audit', path: 'audit', says: 'Who did what, each entry with the hash of the one before.' },
    ];
  }

  const open = async (theme: Theme): Promise<BrowserContext> => {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    });
    await context.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
    const page = await context.newPage();
    await page.goto(await server.loginLink());
    await page.waitForURL('**/alerts**');
    await page.close();
    return context;
  };

  it('leave no page out', () => {
    const shown = new Set(views.map(({ path }) => path.split('?')[0]));
    expect(consolePages().filter((path) => !shown.has(path))).toEqual([]);
    expect(views.map(({ name }) => name)).toEqual(expect.arrayContaining(['alert', 'alert-correlation']));
  });

  it.each(['dark', 'light', 'contrast'] as const)('are taken in the %s theme', async (theme) => {
    const context = await open(theme);
    const { page, faults, settled } = await openWatched(context);
    for (const { name, path, themes = [] } of views) {
      if (theme !== 'dark' && !themes.includes(theme)) continue;
      await page.goto(`${server.url}/${path}`);
      await settled();
      // Between an answer and what is asked for next a busy machine may take longer than it is quiet else.
      await page.waitForTimeout(500);
      await settled();
      expect.soft(await page.locator('main').innerText(), name).not.toMatch(/could not be loaded/);
      await shoot(page, shots, `${name}-${theme}`);
      if (shots !== undefined)
        expect.soft((await stat(join(shots, `${name}-${theme}.webp`))).size, name).toBeLessThan(mostBytes);
    }
    expect(faults.seen).toEqual([]);
    await context.close();
  });

  it.runIf(shots !== undefined)('are shown together', async () => {
    const link = (name: string, theme: string) => `[${theme}](${name}-${theme}.webp)`;
    const lines = views.map(
      ({ name, says, themes = [] }) =>
        `| ${says} | ${['dark', ...themes].map((theme) => link(name, theme)).join(', ')} |`,
    );
    const text = `# The console

Every page with the demonstration’s data, 1440 × 900, as
\`TIDEWATCH_SHOTS=docs/screens npx vitest run --config test/long/vitest.config.ts console_screens\` takes them.

| what it shows | pictures |
|---|---|
${lines.join('\n')}

![The queue of alerts](alerts-dark.webp)

![An alert](alert-dark.webp)

![Techniques](rules-attack-dark.webp)
`;
    await writeFile(join(shots ?? '', 'README.md'), text);
  });
});
