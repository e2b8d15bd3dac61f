import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RuleSources } from './protocol.ts';
import { loadRuleSet } from './rule_set.ts';

let directory: string;
let paths: string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-select-'));
  paths = ['own', 'foreign', 'small'].map((name) => join(directory, name));
  for (const path of paths) await mkdir(path);
  const [own = '', foreign = '', small = ''] = paths;
  const many = Array.from({ length: 500 }, (_, i) => rule(`noise${i}`, { level: 'low' }));
  await writeFile(join(own, 'own.yml'), rule('own', { level: 'low' }));
  await writeFile(join(small, 'small.yml'), rule('small', { level: 'low' }));
  await writeFile(
    join(foreign, 'foreign.yml'),
    [
      ...many,
      rule('grave', { level: 'high', status: 'stable', product: 'windows' }),
      rule('tried', { level: 'high', status: 'experimental', product: 'linux' }),
      rule('refused', { level: 'low' }),
      rule('loose', { level: 'critical', status: 'test' }),
      counts('guessed', 'refused', 'high', 'test'),
      counts('noted', 'loose', 'low', 'test'),
    ].join('---\n'),
  );
});
afterAll(() => rm(directory, { recursive: true }));

const rule = (
  id: string,
  { level, status = 'test', product = 'any' }: { level: string; status?: string; product?: string },
): string =>
  `title: ${id}\nid: ${id}\nname: ${id}\nlevel: ${level}\nstatus: ${status}\nlogsource: { product: ${product} }\ndetection: { s: { a: b }, condition: s }\n`;
const counts = (id: string, of: string, level: string, status: string): string =>
  `title: ${id}\nid: ${id}\nlevel: ${level}\nstatus: ${status}\ncorrelation: { type: event_count, rules: [${of}], group-by: [a], timespan: 5m, condition: { gte: 2 } }\n`;

const load = (more: Partial<RuleSources> = {}) =>
  loadRuleSet({ paths, placeholders: {}, always: [join(directory, 'own')], ...more });
const named = (ids: readonly { readonly id: string }[]) =>
  ids.map(({ id }) => id).filter((id) => !id.startsWith('noise'));

it.each<[string, Partial<RuleSources>, string[]]>([
  ['all without a choice', {}, ['own', 'grave', 'tried', 'refused', 'loose', 'small', 'guessed', 'noted']],
  [
    'of a large set what is recommended, with what correlations build on, and no rule that only feeds others',
    { select: 'auto' },
    ['own', 'grave', 'refused', 'small', 'guessed'],
  ],
  [
    'what use-cases choose, where they do',
    { select: 'auto', only: ['^(?:tried|small)$'] },
    ['tried', 'small'],
  ],
  [
    'what is recommended of all but our own',
    { select: 'recommended' },
    ['own', 'grave', 'refused', 'guessed'],
  ],
  ['what is selected', { select: { products: ['linux'] } }, ['own', 'tried']],
  [
    'correlations by the log sources of what they build on',
    { select: { products: ['any'], levels: ['high', 'low'], exclude: ['small'] } },
    ['own', 'refused', 'loose', 'guessed', 'noted'],
  ],
  [
    'what is included, and not what is excluded',
    { select: { include: ['tried'], exclude: ['own'] } },
    ['tried'],
  ],
])('takes %s', async (_, more, expected) => {
  const { rules, correlations } = await load(more);
  expect(named([...rules, ...correlations])).toEqual(expected);
});

it('says of each rule that is left out what would bring it back', async () => {
  const { infos } = await load({ select: 'auto' });
  const of = (id: string) => infos.find((info) => info.id === id);
  expect(of('tried')).toMatchObject({
    state: 'skipped',
    reason: expect.stringContaining('`rules.select: all`'),
  });
  expect(of('loose')).toMatchObject({
    state: 'skipped',
    reason: expect.stringContaining('no alerts of its own'),
  });
  expect(of('grave')?.state).toBe('loaded');
});

it('says of a large set how much of it runs, and of values that no rule fits', async () => {
  expect((await load({ select: 'auto' })).notices).toEqual([
    { level: 'info', text: expect.stringContaining(`${paths[1]} holds 506 rules. The 3 that`) },
  ]);
  expect((await load({ select: { products: ['lunix'], include: ['own', 'gone'] } })).notices).toEqual([
    { level: 'warn', text: expect.stringContaining('"lunix" of `rules.select.products`') },
    { level: 'warn', text: expect.stringContaining('"gone" of `rules.select.include`') },
  ]);
});

it('plans no correlation that is left out, and makes nothing silent for it', async () => {
  const { plans, silent } = await load({ select: 'auto' });
  expect(plans.map(({ detector }) => detector.id)).toEqual(['guessed']);
  expect([...silent]).toEqual(['refused']);
});
