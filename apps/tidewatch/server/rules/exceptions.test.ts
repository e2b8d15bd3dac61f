import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExceptionDesk } from '@tidewatch/api';
import type { RuleInfo } from '@tidewatch/detector';
import { createSigmaEngine, loadRules, planCorrelations } from '@tidewatch/sigma';
import { expired } from '@tidewatch/store/contract.suite';
import { openFolderDocuments } from '@tidewatch/stream/documents';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runtime } from '../runtime.ts';
import { exceptionFolder, expireExceptions, openExceptions } from './exceptions.ts';

const rule = (name: string, logsource: string) =>
  `title: ${name}\nid: ${name}\nname: ${name}\nlogsource: ${logsource}\ndetection: {s: {marker: yes}, condition: s}\n`;
const counts = (name: string, of: string, more = '') =>
  `title: ${name}\nid: ${name}\nname: ${name}\ncorrelation: {type: event_count, rules: [${of}], group-by: [host.name], timespan: 5m, condition: {gte: 2}${more}}\n`;
const rules = [
  rule('single', '{product: any, category: web, service: a}'),
  rule('fed', '{product: any, category: web}'),
  rule('other', '{product: windows, category: web}'),
  rule('apart', '{service: sshd}'),
  rule('loud', '{product: any}'),
  counts('many', 'fed'),
  counts('chained', 'many'),
  'title: aliased\nid: aliased\ncorrelation: {type: temporal, rules: [named, addressed], group-by: [who, Computer], timespan: 5m, aliases: {who: {named: TargetSid, addressed: MemberSid}}}\n',
  rule('named', '{product: any}'),
  rule('addressed', '{product: any}'),
  counts('of_loud', 'loud', ', generate: true'),
].join('---\n');

let data: string;
let desk: ExceptionDesk;
let runtime: Runtime;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tidewatch-exceptions-'));
  await writeFile(join(data, 'rules.yml'), rules);
  const documents = await openFolderDocuments({ directory: data, folders: ['exceptions'] });
  const config = { data, rules: { placeholders: {} } };
  runtime = { config, adapters: { documents }, parts: {} } as unknown as Runtime;
  await detect();
  desk = openExceptions(runtime);
});
afterEach(() => rm(data, { recursive: true }));

const load = () => loadRules({ paths: [join(data, 'rules.yml'), exceptionFolder(data)] });

/** Loads all there is as the detector does. */
async function detect(): Promise<void> {
  const found = await load();
  const { plans, silent } = planCorrelations(found.rules, found.correlations);
  const info = (one: object, state: string) => ({ ...one, state }) as unknown as RuleInfo;
  const infos = [
    ...[...found.rules, ...found.correlations].map((one) =>
      info({ ...one, ...(silent.has(one.id) ? { silent: true } : {}) }, 'loaded'),
    ),
    ...found.rejected.map((one) => info(one, 'rejected')),
  ];
  const detector = { loaded: () => ({ rules: infos, plans }), rules: () => infos };
  Object.assign(runtime.parts, { detector });
}

const conditions = [{ field: 'host.name', values: ['db-1'] }];
const add = async (asked: object = {}) =>
  desk.add({ rules: ['single'], conditions, reason: 'a test', by: 'ana', ...asked });
const made = async (asked: object = {}) => {
  const outcome = await add(asked);
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome;
};

describe('an exception', () => {
  it('is a file that rules are loaded with, and is listed with all it says', async () => {
    const { exception, redirected } = await made({ expires: '2100-01-01' });
    expect(redirected).toEqual([]);
    const wanted = {
      id: expect.any(String),
      title: 'Exception from single',
      state: 'in_force',
      rules: [{ id: 'single', title: 'single' }],
      conditions: [
        { selection: 'c1', alternatives: [[{ field: 'host.name', modifiers: [], values: ['db-1'] }]] },
      ],
      condition: 'not c1',
      reason: 'a test',
      author: 'ana',
      made: expect.any(Number),
      expires: Date.UTC(2100, 0),
      file: join(data, 'exceptions', `${exception.id}.yml`),
    };
    expect(exception).toEqual(wanted);
    expect(await desk.list()).toEqual([wanted]);
    expect((await load()).filters.map(({ rules: to }) => to)).toEqual([['single']]);
    expect(await readdir(exceptionFolder(data))).toEqual([`${exception.id}.yml`]);
    expect(await desk.remove(exception.id)).toBe(true);
    expect(await desk.list()).toEqual([]);
  });

  it('tells beforehand which events it would silence, and writes nothing', async () => {
    const told = await desk.preview({ rules: ['loud'], conditions });
    if (!told.ok) throw new Error(told.why);
    const hides = (marker: string, name: string) => told.hides({ marker, host: { name } });
    expect([hides('yes', 'db-1'), hides('yes', 'db-2'), hides('no', 'db-1')]).toEqual([true, false, false]);
    expect(await desk.list()).toEqual([]);
    for (const rules of [['gone'], ['many']])
      expect(await desk.preview({ rules, conditions })).toMatchObject({ ok: false });
  });

  it('silences events that fulfil all its conditions, whatever characters their values have', async () => {
    const odd = fc.string({
      unit: fc.constantFrom(...'\\*?\'"%a:#\n\t\0\u0085\u2028\u00e9{}-', '\ud83d\ude00'),
    });
    const matches = async (event: object): Promise<number> => {
      const engine = createSigmaEngine((await load()).rules.filter(({ id }) => id === 'loud'));
      return engine.evaluate({ marker: 'yes', ...event }).length;
    };
    await fc.assert(
      fc.asyncProperty(odd, odd, async (value, part) => {
        const { exception } = await made({
          rules: ['loud'],
          reason: `${value}\n- ${part}`,
          conditions: [
            { field: 'one', values: [value] },
            ...(part === '' ? [] : [{ field: 'one', modifier: 'contains', values: [part, 'never'] }]),
          ],
        });
        const [row] = await desk.list();
        expect(row?.reason).toBe(exception.reason);
        expect(await matches({ one: value })).toBe(value.includes(part) ? 0 : 1);
        expect(await matches({ one: `${value}z` })).toBe(1);
        expect(await matches({ two: value })).toBe(1);
        await desk.remove(exception.id);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('from several rules is for what their log sources state alike', async () => {
    const { exception } = await made({ rules: ['single', 'fed', 'single'] });
    expect(await readFile(exception.file, 'utf8')).toContain(
      "logsource:\n  product: 'any'\n  category: 'web'\n",
    );
    expect(exception.title).toBe('Exception from single and 1 more');
    const loaded = await load();
    expect(loaded.rejected).toEqual([]);
    expect(loaded.filters.map(({ rules: to }) => to)).toEqual([['single', 'fed']]);
  });

  it('from a correlation goes to the silent rules below it, at any depth', async () => {
    for (const id of ['many', 'chained']) {
      const { exception, redirected } = await made({ rules: [id] });
      expect(exception.rules).toEqual([{ id: 'fed', title: 'fed' }]);
      expect(redirected).toEqual([{ correlation: { id, title: id }, rules: [{ id: 'fed', title: 'fed' }] }]);
    }
  });

  it('from a correlation is about the fields that its group stands for', async () => {
    const about = (field: string) => ({ field, values: ['x'] });
    const { exception } = await made({
      rules: ['aliased'],
      conditions: [about('who'), about('host.name'), about('other')],
    });
    const item = (field: string) => [{ field, modifiers: [], values: ['x'] }];
    expect(exception.conditions.map(({ alternatives }) => alternatives)).toEqual([
      [item('TargetSid'), item('MemberSid')],
      [item('Computer')],
      [item('other')],
    ]);
    const { exception: both } = await made({ rules: ['aliased', 'loud'], conditions: [about('host.name')] });
    expect(both.conditions[0]?.alternatives).toEqual([item('Computer'), item('host.name')]);
  });

  it.each<[string, object, RegExp]>([
    ['of no rule', { rules: ['single', 'none'] }, /^There is no rule none in force\.$/],
    ['of nothing but loud rules', { rules: ['of_loud'] }, /“of_loud” .*: loud \(loud\)\.$/],
    ['without a common log source', { rules: ['single', 'apart'] }, /nothing in common/],
    ['in the past', { expires: '2020-01-01T00:00:00Z' }, /expired already/],
    ['of a faulty expression', { conditions: [{ field: 'a', modifier: 're', values: ['('] }] }, /\(/],
    [
      'of a faulty network',
      { conditions: [{ field: 'a', modifier: 'cidr', values: ['x'] }] },
      /not a network/,
    ],
    [
      'of text as a number',
      { conditions: [{ field: 'a', modifier: 'gt', values: ['x'] }] },
      /number is needed/,
    ],
  ])('%s is refused with the reason, and leaves nothing behind', async (_, asked, why) => {
    expect(await add(asked)).toEqual({ ok: false, why: expect.stringMatching(why) });
    expect(await desk.list()).toEqual([]);
  });

  it('can’t be made where nothing detects', async () => {
    Object.assign(runtime.parts, { detector: undefined });
    expect(await add()).toMatchObject({ ok: false });
  });
});

describe('files written by hand', () => {
  const filter = (title: string, more = '') =>
    `title: ${title}\nlogsource: {product: any}\n${more}filter: {rules: any, s: {a: [b, null]}, condition: not s}\n`;
  const write = (name: string, text: string) => writeFile(join(exceptionFolder(data), name), text);
  beforeEach(async () => {
    const { exception } = await made();
    await desk.remove(exception.id);
  });

  it('are listed, whatever is the matter with them', async () => {
    await write('a.yml', filter('For all'));
    await write('b.yaml', filter('Over', 'expires: 2020-01-01\n'));
    await write('c.yml', filter('Lost').replace('any,', '[lost],'));
    await write('d.yml', 'title: [');
    await write('.e.yml', filter('Hidden'));
    await detect();
    const rows = (await desk.list()).map(({ title, state, rules, fault }) => [title, state, rules, fault]);
    expect(rows.sort()).toEqual([
      [join(exceptionFolder(data), 'd.yml'), 'faulty', [], expect.stringContaining('line 1')],
      ['For all', 'in_force', null, undefined],
      ['Lost', 'faulty', [{ id: 'lost' }], expect.stringContaining('`lost`')],
      ['Over', 'expired', null, undefined],
    ]);
  });

  it('are removed where they hold nothing else', async () => {
    await write('two.yml', `${filter('One')}---\n${filter('Two')}`);
    await write('bad.yml', 'title: [');
    for (const { id, title } of await desk.list())
      expect(await desk.remove(id)).toBe(title !== 'One' && title !== 'Two');
    expect(await readdir(exceptionFolder(data))).toEqual(['two.yml']);
    expect(await desk.remove('../rules')).toBe(false);
  });

  it('are deleted long after all they hold has expired', async () => {
    await write('a.yml', filter('Over', 'expires: 2020-01-01\n'));
    await write('b.yml', `${filter('Over', 'expires: 2020-01-01\n')}---\n${filter('For ever')}`);
    await write('c.yml', filter('Later', 'expires: 2100-01-01\n'));
    const folder = exceptionFolder(data);
    const over = (year: number, of = folder) =>
      expired({ expire: (now, tell) => expireExceptions(of, now, tell) }, Date.UTC(year, 0));
    expect(await over(2019)).toEqual([]);
    expect(await over(2021)).toMatchObject([{ records: 1 }]);
    expect((await readdir(folder)).sort()).toEqual(['b.yml', 'c.yml']);
    expect(await over(2021, join(folder, 'none'))).toEqual([]);
  });
});
