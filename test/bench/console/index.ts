import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { consolePages, openWatched } from '../../e2e/console_pages.ts';
import { openBrowser, violations } from '../../e2e/journey.ts';
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { scriptBytes } from '../../e2e/weight.ts';
import { has } from '../../require.ts';
import { exportAll } from '../export.ts';
import { type Figure, quantile, thousands, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { readFigures } from '../store/reads.ts';
import { logIn } from './browser.ts';
import { alertCount, eventCount } from './estate.ts';
import { type Explained, explainedAlerts, explainedScenes } from './explained.ts';
import { detailTimes, filterTimes, keysOfTriage, localTimes } from './interaction.ts';
import { lighthouseScores } from './lighthouse.ts';
import { closeAll, peakMemory, visibleTimes } from './server_gates.ts';
import { fillStore } from './stored_estate.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
/** A data folder that a run fills and later ones find full; without it each fills its own. */
const kept = process.env.TIDEWATCH_CONSOLE_DATA;

/** The gates of the console: K1 to K13. */
export async function consoleBench({ rounds, only }: BenchOptions): Promise<void> {
  if (!has('chromium')) throw new Error('The bench of the console needs Chromium.');
  const figures: Figure[] = [];
  const wanted = (...ids: string[]) => only === undefined || ids.some((id) => only.has(id));
  const add = (figure: Figure) => {
    figures.push(figure);
    say(`${figure.id} ${figure.what}: ${figure.figure} (bar: ${figure.bar ?? 'none'})`);
  };
  const browser = await openBrowser();
  try {
    if (wanted('K1', 'K6', 'K7', 'K12', 'K13')) await small(browser);
    if (wanted('K3', 'K4', 'K5', 'K8', 'K9', 'K10', 'K11')) await large(browser);
  } finally {
    await browser.close();
  }
  figures.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
  if (only === undefined) writeReport('console', notes, figures);

  /** With what the demonstration plays. */
  async function small(browser: Browser) {
    const began = Date.now();
    const server = await startServer({ demo: true });
    try {
      const page = await browser.newPage();
      await page.goto(await server.loginLink());
      const row = page.getByRole('grid', { name: 'Alerts' }).getByRole('row').nth(1);
      while (!(await row.isVisible())) {
        await page.keyboard.press('r');
        await setTimeout(100);
      }
      const seconds = (Date.now() - began) / 1_000;
      add({
        id: 'K1',
        what: 'built `start` to the first detected alert on the screen, logging in included',
        figure: `${seconds.toFixed(1)} s`,
        bar: '≤ 15 s',
        met: seconds <= 15,
      });
      await page.close();
      if (wanted('K6')) await weight(server);
      if (wanted('K7')) await accessible(browser, server);
      if (wanted('K12')) await explanations(server);
      if (wanted('K13') && has('lighthouse')) await lighthouse(browser, server);
      await memory(server, 'the demonstration');
    } finally {
      await server.dispose();
    }
  }

  async function weight({ url }: RunningServer) {
    const bytes = await scriptBytes(url, '/alerts');
    add({
      id: 'K6',
      what: 'JavaScript of the alerts page, compressed',
      figure: `${thousands(bytes / 1_000)} kB`,
      bar: '≤ 300 kB',
      met: bytes <= 300_000,
    });
  }

  async function accessible(browser: Browser, server: RunningServer) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await logIn(browser, server, colorScheme);
      const { page, settled } = await openWatched(context);
      const found: string[] = [];
      let looks = 0;
      const look = async (what: string) => {
        await settled();
        looks++;
        found.push(...(await violations(page)).map((violation) => `${what}: ${violation}`));
      };
      for (const path of consolePages()) {
        await page.goto(`${server.url}/${path}`);
        await look(path);
      }
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await look('help');
      // Of rules, since `e` makes exceptions from those only.
      await page.goto(`${server.url}/alerts?q=engine%3A+sigma`);
      await settled();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.getByText('Why it fired').waitFor();
      await look('alert');
      for (const key of ['c', 'n', 'e']) {
        await page.keyboard.press(key);
        await page.locator('[role=dialog][data-base-ui-focusable]').waitFor();
        await look(`alert, ${key}`);
        await page.keyboard.press('Escape');
        await page.locator('[role=dialog][data-base-ui-focusable]').waitFor({ state: 'hidden' });
      }
      await context.close();
      for (const violation of found) say(`  ${violation}`);
      add({
        id: 'K7',
        what: `axe, WCAG 2.2 AA, ${colorScheme}: violations on ${looks} pages and dialogs`,
        figure: String(found.length),
        bar: '0',
        met: found.length === 0,
      });
    }
  }

  async function lighthouse(browser: Browser, server: RunningServer) {
    const context = await logIn(browser, server);
    const scores = await lighthouseScores(server, context, '/alerts');
    await context.close();
    const figure = {
      id: 'K13',
      what: 'Lighthouse of the alerts page as on a desktop: performance, accessibility',
    };
    if ('lacks' in scores) return add({ ...figure, figure: `not measured: ${scores.lacks}` });
    const { performance, accessibility } = scores;
    add({
      ...figure,
      figure: `${performance.toFixed(2)}, ${accessibility.toFixed(2)}`,
      bar: '≥ 0.95, 1.00',
      met: performance >= 0.95 && accessibility === 1,
    });
  }

  async function explanations(server: RunningServer) {
    const explained = (what: string, { matches, rules, silent, deaf }: Explained, all: boolean) =>
      add({
        id: 'K12',
        what: `${what}: explained; missed once the highlighted values are gone`,
        figure: `${thousands(matches)} matches; ${rules - silent.length} of ${rules} rules; ${rules - deaf.length} of ${rules} rules${deaf.length === 0 ? '' : ` (not ${deaf.join(', ')})`}`,
        bar: 'all; all',
        met: all && rules > 0 && silent.length === 0 && deaf.length === 0,
      });
    const scenes = await explainedScenes();
    explained(`events of the tests beside all ${scenes.of} rules`, scenes, scenes.rules === scenes.of);
    explained('alerts of the demonstration’s opening, as stored', await explainedAlerts(server), true);
  }

  async function memory(server: RunningServer, what: string) {
    const mebibytes = await peakMemory(server.pid);
    add({
      id: 'K2',
      what: `most memory of all processes, ${what}`,
      figure: `${thousands(mebibytes)} MiB`,
      bar: '≤ 1,024 MiB',
      met: mebibytes <= 1_024,
    });
  }

  /** With 100,000 alerts and a million events. */
  async function large(browser: Browser) {
    const data = kept ?? (await mkdtemp(join(tmpdir(), 'tidewatch-bench-console-')));
    if (!existsSync(join(data, 'store'))) {
      const began = Date.now();
      await fillStore(data);
      say(`Filled in ${Math.round((Date.now() - began) / 1_000)} s.`);
    }
    const server = await startServer({ data });
    try {
      const { total } = await server.api<{ total: number }>('/api/alerts?limit=1&from=now-24h');
      if (total < alertCount) throw new Error(`Of the alerts in ${data}, ${total} are of the last day.`);
      const context = await logIn(browser, server);
      const { url } = server;
      if (wanted('K3')) {
        for (const [what, times] of Object.entries(await localTimes(context, url)))
          gate(
            'K3',
            `${thousands(alertCount)} alerts behind the list, rows ${what}: input to painted`,
            times,
            100,
          );
      }
      if (wanted('K4')) {
        const times = await filterTimes(context, url, rounds);
        const what = `filter, page, count and histogram of ${thousands(eventCount)} events, \`Enter\` to painted`;
        for (const figure of readFigures('K4', what, times, 500)) add(figure);
      }
      if (wanted('K5'))
        gate(
          'K5',
          'an alert opened: key to its explanation painted',
          await detailTimes(context, url, 30),
          300,
        );
      if (wanted('K8'))
        gate(
          'K8',
          'an event sent until the live tail shows it',
          await visibleTimes(server, context, 20),
          2_000,
        );
      if (wanted('K11')) {
        const keys = await keysOfTriage(context, url);
        add({
          id: 'K11',
          what: 'keys to acknowledge; to close with a reason; to make an exception, its reason’s words aside',
          figure: `${keys.acknowledge}; ${keys.close}; ${keys.exception}`,
          bar: '1; 2; ≤ 3',
          met: keys.acknowledge === 1 && keys.close === 2 && keys.exception <= 3,
        });
      }
      if (wanted('K9')) {
        const { rows, seconds, mebibytes } = await exportAll(server);
        if (rows < eventCount) throw new Error(`${thousands(rows)} rows were exported instead of a million.`);
        add({
          id: 'K9',
          what: `export of ${thousands(rows)} events in ${Math.round(seconds)} s: memory of the server beyond before`,
          figure: `${thousands(mebibytes)} MiB`,
          bar: '≤ 150 MiB',
          met: mebibytes <= 150,
        });
      }
      if (wanted('K10')) {
        const { answered, took, changed, state } = await closeAll(server);
        if (state !== 'done' || changed < alertCount / 2)
          throw new Error(`The job is ${state}, ${changed} closed.`);
        add({
          id: 'K10',
          what: `closing ${thousands(changed)} alerts by one query: answered, done`,
          figure: `${Math.round(answered)} ms, ${(took / 1_000).toFixed(1)} s`,
          bar: '≤ 300 ms, ≤ 30 s',
          met: answered <= 300 && took <= 30_000,
        });
      }
      await memory(
        server,
        `${thousands(eventCount)} events and ${thousands(alertCount)} alerts, after all of the above`,
      );
    } finally {
      if (kept === undefined) await server.dispose();
      else await server.kill('SIGTERM');
    }
  }

  function gate(id: string, what: string, times: readonly number[], bar: number) {
    const [half = 0, nearlyAll = 0] = [quantile(times, 0.5), quantile(times, 0.95)];
    add({
      id,
      what,
      figure: `p50 ${Math.round(half)} ms, p95 ${Math.round(nearlyAll)} ms of ${times.length}`,
      bar: `p95 ≤ ${thousands(bar)} ms`,
      met: nearlyAll <= bar,
    });
  }
}

const notes = [
  'Chromium, headless and without a graphics card, shares the machine with the server it shows. Events come through `_bulk`, alerts from the',
  'shipped rules that find an attack in each tenth; of these all stand in the range shown. Times count from the input’s own stamp to after the',
  'frame that shows what it did; keys and turns of the wheel come thirty a second, as from a key held down. K12',
  'takes each alert’s events, cuts out what the console highlights, and asks the rule again.',
];
