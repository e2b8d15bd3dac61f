import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Backtested, backtest } from './backtest.ts';
import { at, moment, program, whoami, whoamiRule } from './detector.suite.ts';

const id = '3b0f2a54-8d5e-4a53-9a3c-0a8a6a1f5c01';
const often = (count: number): string =>
  `title: Often\nid: often\ncorrelation: {type: event_count, rules: [${id}], group-by: [host.name], timespan: 5m, condition: {gte: ${count}}}\n`;

let directory: string;
let rules: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-backtest-'));
  rules = join(directory, 'rules');
  await mkdir(rules);
  await writeFile(join(rules, 'whoami.yml'), whoamiRule);
});
afterEach(() => rm(directory, { recursive: true }));

/** Ten in a minute on one host, one on another. */
const events: EcsEvent[] = [
  ...Array.from({ length: 10 }, (_, i) =>
    whoami(`e${i}`, { '@timestamp': at(moment + i * 6_000) }, moment + i * 6_000),
  ),
  whoami('other', { '@timestamp': at(moment + 60_000), host: { name: 'db01' } }, moment + 60_000),
];

async function* pages(): AsyncGenerator<EcsEvent[]> {
  for (let i = 0; i < events.length; i += 4) yield events.slice(i, i + 4);
}

async function tried(source: string, focus: readonly string[]): Promise<Backtested> {
  const file = join(directory, 'tried.yml');
  await writeFile(file, source);
  const before = { paths: [rules], placeholders: {}, focus };
  const after = { ...before, paths: [file, rules] };
  const progress: number[] = [];
  const result = await backtest({
    worker: program,
    before,
    after,
    isTried: (rule) => rule.file === file,
    events: pages(),
    onProgress: (done) => progress.push(done),
  });
  expect(progress).toEqual([4, 8, 11]);
  return result;
}

it('says what a narrower version of a rule no longer finds', async () => {
  const { rules: found, events: looked } = await tried(whoamiRule.replace('whoami', 'echo e9'), [id]);
  expect(looked).toBe(11);
  expect(found).toMatchObject([
    { id, silent: false, before: { matches: 11, alerts: 2 }, after: { matches: 1, alerts: 1 } },
  ]);
  expect(found[0]?.samples.map(({ only, event }) => [only, event])).toEqual(
    events.filter(({ event }) => event.id !== 'e9').map(({ event }) => ['before', event.id]),
  );
});

it('says what a filter takes away', async () => {
  const filter = `title: Not on db01\nid: filter\nlogsource: {product: linux}\nfilter:\n  rules: [${id}]\n  known: {host.name: db01}\n  condition: not known\n`;
  expect((await tried(filter, [id])).rules).toMatchObject([
    {
      before: { matches: 11, alerts: 2 },
      after: { matches: 10, alerts: 1 },
      samples: [{ only: 'before', event: 'other' }],
    },
  ]);
});

it('says what a correlation would find, and that what it builds on would be silent', async () => {
  const { rules: found } = await tried(often(10), ['often']);
  const byId = new Map(found.map((rule) => [rule.id, rule]));
  expect(byId.get('often')).toMatchObject({
    before: { alerts: 0 },
    after: { matches: 1, alerts: 1 },
    samples: [{ only: 'after' }],
  });
  expect(byId.get(id)).toMatchObject({ silent: true, after: { matches: 11, alerts: 0 } });
});

it('tries what builds on a rule as well', async () => {
  await writeFile(join(rules, 'often.yml'), often(10));
  const { rules: found } = await tried(whoamiRule.replace('whoami', 'echo e1'), [id]);
  expect(found.find((rule) => rule.id === 'often')).toMatchObject({
    before: { alerts: 1 },
    after: { alerts: 0 },
  });
});

it('takes a rule under another id for the same, and finds it unchanged', async () => {
  const other = join(directory, 'other');
  await mkdir(other);
  await writeFile(join(other, 'a.yml'), whoamiRule.replace(id, 'renamed'));
  const result = await backtest({
    worker: program,
    before: { paths: [rules], placeholders: {} },
    after: { paths: [other], placeholders: {} },
    renamed: { [id]: 'renamed' },
    isTried: () => true,
    events: pages(),
  });
  const found = { matches: 11, alerts: 2 };
  expect(result.rules).toEqual([
    expect.objectContaining({ id: 'renamed', before: found, after: found, gained: 0, lost: 0, samples: [] }),
  ]);
});

it('shows as found by one side only what is, however much both find', async () => {
  await writeFile(join(rules, 'whoami.yml'), whoamiRule.replace('whoami', 'echo'));
  const many = Array.from({ length: 3_000 }, (_, i) =>
    whoami(`m${i}`, { '@timestamp': at(moment + i) }, moment + i),
  );
  const after = join(directory, 'after');
  await mkdir(after);
  await writeFile(join(after, 'a.yml'), whoamiRule.replace('whoami', 'echo m29'));
  const { rules: found } = await backtest({
    worker: program,
    before: { paths: [rules], placeholders: {} },
    after: { paths: [after], placeholders: {} },
    isTried: () => true,
    events: (async function* () {
      for (let i = 0; i < many.length; i += 500) yield many.slice(i, i + 500);
    })(),
  });
  expect(found[0]).toMatchObject({ before: { matches: 3_000 }, after: { matches: 111 } });
  expect(new Set(found[0]?.samples.map(({ only }) => only))).toEqual(new Set(['before']));
});

it('says what is wrong with what it was to try', async () => {
  const { rejected } = await tried(often(3).replace(id, 'nobody'), ['often']);
  expect(rejected).toMatchObject([{ title: 'Often', reason: expect.stringContaining('nobody') }]);
});
