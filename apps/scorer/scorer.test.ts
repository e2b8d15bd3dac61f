import { join } from 'node:path';
import type { EvasionExplanation } from '@tidewatch/event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { edited, openSite, programs, recordOf, shippedModel, started } from './scorer.suite.ts';
import type { Trouble } from './scorer.ts';

let site: Awaited<ReturnType<typeof openSite>>;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.dispose());

const lines = [edited, 'ipconfig /all', 'git status', edited];
const appendLines = () => site.events.append(lines.map((line, i) => recordOf(started(`e${i}`, line))));
const labels = { model: 'evasion', version: '1', stage: 'live' };

it('stores a score of each event that a model is for, and raises alerts with an explanation', async () => {
  await appendLines();
  await site.events.append([
    recordOf({
      ...started('other', edited),
      event: { ...started('other', edited).event, category: ['web'] },
    }),
    { key: 'pc7', value: Buffer.from('no event') },
  ]);
  const scorer = site.startScorer();
  await scorer.drain();
  const [alert, ...others] = await site.alerts();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    detector: { engine: 'evasion', id: 'evasion', level: 'medium' },
    count: 2,
    key: [
      { field: 'host.name', value: 'pc7' },
      { field: 'user.name', value: 'alice' },
    ],
  });
  expect(alert?.matches[0]?.explanation).toMatchObject({
    engine: 'evasion',
    model: { name: 'evasion', version: '1' },
    path: 'process.command_line',
    value: edited,
    rules: [
      {
        title: 'Registry hive with account secrets saved to a file',
        wanted: [
          { value: '* save *', instead: 'sa""ve' },
          { value: '*hklm\\sam*', instead: 'hk""lm\\s""am' },
        ],
      },
      {},
    ],
  });
  const scores = await site.scores();
  expect(scores.map(({ tidewatch }) => (tidewatch.score as { of: string }).of)).toEqual([
    'e0',
    'e1',
    'e2',
    'e3',
  ]);
  expect(scores[0]).toMatchObject({
    tidewatch: { data_class: 'scores', score: { stage: 'live', engine: 'evasion' } },
    event: { dataset: 'tidewatch.scores' },
  });
  expect(await scorer.drift()).toEqual([{ model: 'evasion 1', scores: 4, windows: 0, series: [] }]);
  expect(await site.metrics.value('model_info', labels)).toBe(1);
  expect(await site.metrics.value('detections_total', { engine: 'evasion', severity: 'medium' })).toBe(2);
  await scorer.close();
});

it('scores all of a line, whatever stands before what was edited, and shows its beginning', async () => {
  const scorer = site.startScorer();
  await site.events.append([recordOf(started('padded', `${'rem '.repeat(5_000)}${edited}`))]);
  await scorer.drain();
  const [alert] = await site.alerts();
  const explanation = alert?.matches[0]?.explanation as EvasionExplanation | undefined;
  expect(explanation?.value).toHaveLength(4_096);
  expect(explanation?.rules[0]?.wanted).toContainEqual({ value: '* save *', instead: 'sa""ve' });
  await scorer.close();
});

it('raises no alert in shadow, and changes stages while events come', async () => {
  const shadow = await shippedModel('shadow');
  const scorer = site.startScorer({ models: [shadow] });
  await appendLines();
  await scorer.drain();
  expect(await site.alerts()).toEqual([]);
  expect(await site.scores()).toHaveLength(4);
  await scorer.reload([site.model]);
  await site.events.append([recordOf(started('later', edited))]);
  await scorer.drain();
  expect((await site.alerts()).map(({ count }) => count)).toEqual([1]);
  expect(await site.metrics.value('model_info', { ...labels, stage: 'shadow' })).toBe(0);
  expect(await site.metrics.value('model_info', labels)).toBe(1);
  await scorer.close();
});

it('tells in a metric that scores are other ones than before, and knows it after a restart', async () => {
  const drift = { models: [await shippedModel('shadow')], driftWindow: { scores: 500, ms: 0 } };
  const series = { model: 'evasion', version: '1', feature: '(score)' };
  const append = (line: (i: number) => string) =>
    site.events.append(Array.from({ length: 500 }, (_, i) => recordOf(started(`e${i}`, line(i)))));
  const scorer = await site.startScorer({ ...drift, snapshotEveryMs: 50 });
  for (const line of [
    (i: number) => `git log -${i}`,
    (i: number) => `git log -${i} --oneline`,
    (i: number) => (i % 3 === 0 ? edited : `git log -${i}`),
  ]) {
    await append(line);
    await scorer.drain();
    const [found] = await scorer.drift();
    const moved = found?.series.map(({ ratio }) => ratio > 1);
    expect(moved).toEqual([[], [false], [true]][(found?.windows ?? 0) - 1]);
  }
  await expect.poll(() => site.metrics.value('model_drift_ratio', series)).toBeGreaterThan(1);
  const before = await scorer.drift();
  expect(before).toMatchObject([{ model: 'evasion 1', windows: 3, scores: 0 }]);
  await scorer.close();
  const again = await site.startScorer(drift);
  await again.drain();
  expect(await again.drift()).toEqual(before);
  await again.close();
});

it('counts once what it reads again, after its place was lost', async () => {
  await appendLines();
  // No snapshot is kept, and so no position is committed: the next begins where nobody has read.
  const forgetful = { load: async () => undefined, save: () => Promise.reject(new Error('no space')) };
  const first = site.startScorer({ snapshots: forgetful });
  await first.drain();
  const alerts = await site.alerts();
  const ids = (await site.scores()).map(({ event }) => event.id);
  await first.close();
  const again = site.startScorer();
  await again.drain();
  expect(await site.alerts()).toEqual(alerts);
  const all = (await site.scores()).map(({ event }) => event.id);
  expect(all.length).toBe(2 * ids.length);
  expect(new Set(all)).toEqual(new Set(ids));
  await again.close();
});

it('goes on after its thread died in a batch, with every event scored and counted once', async () => {
  const program = new URL('./dying_worker.fixture.ts', import.meta.url);
  program.search = String(new URLSearchParams({ mark: join(site.marks, 'died') }));
  const scorer = site.startScorer({ programs: { ...programs, scorer: program } });
  await appendLines();
  await expect.poll(async () => (await site.scores()).length, { timeout: 50_000 }).toBe(4);
  await scorer.drain();
  expect((await site.alerts()).map(({ count }) => count)).toEqual([2]);
  await scorer.close();
}, 60_000);

it('says which model cannot be loaded, and scores with the others', async () => {
  let told: readonly Trouble[] = [];
  const broken = { ...site.model, name: 'gone', folder: join(site.marks, 'nothing') };
  const scorer = site.startScorer({
    models: [broken, site.model],
    onTrouble: (trouble) => {
      told = trouble;
    },
  });
  await appendLines();
  await scorer.drain();
  expect(told).toEqual([{ model: 'gone 1', reason: expect.stringContaining('manifest.yml') }]);
  expect(await site.scores()).toHaveLength(4);
  expect(await site.metrics.value('model_errors_total', { ...labels, model: 'gone', phase: 'load' })).toBe(1);
  await scorer.close();
});
