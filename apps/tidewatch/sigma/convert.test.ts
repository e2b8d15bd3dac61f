import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertRule, type SigmaRule } from '@tidewatch/sigma';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import { sigma } from './command_fixture.ts';
import type { ConversionReport } from './convert.ts';
import { sigmahqRules } from './convert_fixture.ts';

const rule = (id: string, item: string) => `title: Rule ${id}
id: ${id}
logsource:
  product: windows
  service: security
detection:
  selection:
    ${item}
  condition: selection
`;

let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convert-'));
  await Promise.all([
    writeFile(file('good.yml'), rule('good', 'EventID: 4625')),
    writeFile(file('near.yml'), rule('near', 'Message|contains: two words')),
    writeFile(file('refused.yml'), rule('refused', 'A|fieldref: B')),
    writeFile(file('several.yml'), `${rule('one', 'EventID: 1')}---\n${rule('two', 'EventID: 2')}`),
    writeFile(file('list.yml'), rule('list', "A|expand: '%names%'")),
    writeFile(
      file('correlation.yml'),
      `${rule('base', 'EventID: 1')}name: base\n---\ntitle: Many\nid: many\ncorrelation: {type: event_count, rules: [base], group-by: [User], timespan: 5m, condition: {gte: 3}}\n`,
    ),
    writeFile(
      file('pipeline.yml'),
      'name: p\npriority: 1\ntransformations:\n  - id: m\n    type: field_name_mapping\n    mapping: {EventID: event.code}\n',
    ),
    writeFile(file('names.yml'), 'names: [bob]\n'),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('tidewatch sigma convert', () => {
  it('prints one query as it is read best', async () => {
    const { status, stdout, stderr } = await sigma('convert', file('good.yml'));
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ query: { bool: { _name: 'good' } } });
    expect(stdout.split('\n').length).toBeGreaterThan(10);
  });

  it('prints several a line each', async () => {
    const { status, stdout, stderr } = await sigma('convert', file('several.yml'));
    expect([status, stderr]).toEqual([0, '2 converted, 0 refused\n']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).query.bool._name),
    ).toEqual(['one', 'two']);
  });

  it('prints text for the search bar', async () => {
    const { stdout } = await sigma('convert', '--format', 'lucene', file('good.yml'));
    expect(stdout).toMatch(/^\(winlog\.channel:.* AND winlog\.event_id:"4625"\)\n$/);
  });

  it('prints a monitor of the indices that are named', async () => {
    const { stdout } = await sigma('convert', '--format', 'monitor', '--index', 'logs-*', file('good.yml'));
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'Rule good',
      inputs: [{ search: { indices: ['logs-*'] } }],
    });
  });

  it('says what is refused and what is near, with file, line and reason', async () => {
    const { status, stdout, stderr } = await sigma('convert', file('near.yml'), file('refused.yml'));
    expect(status).toBe(1);
    expect(JSON.parse(stdout).query.bool._name).toBe('near');
    expect(stderr).toContain(`${file('refused.yml')}:8: refused: \`A|fieldref\` compares two fields`);
    expect(stderr).toContain(
      `${file('near.yml')}:8: warning: \`Message|contains\` is searched in message by words`,
    );
  });

  it('prints everything as JSON', async () => {
    const { status, stdout } = await sigma('convert', '--json', file('near.yml'), file('refused.yml'));
    const report = JSON.parse(stdout) as ConversionReport;
    expect(status).toBe(1);
    expect(report).toMatchObject({
      converted: [
        { id: 'near', title: 'Rule near', level: 'medium', warnings: [{ code: 'words', line: 8 }] },
      ],
      refused: [{ id: 'refused', problems: [{ code: 'fieldref', line: 8 }] }],
    });
  });

  it('fills placeholders, and refuses a rule without a list for them', async () => {
    const filled = await sigma('convert', '--placeholders', file('names.yml'), file('list.yml'));
    expect([filled.status, filled.stdout.includes('"bob"')]).toEqual([0, true]);
    const refused = await sigma('convert', file('list.yml'));
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('%names%');
  });

  it('runs rules through a pipeline first', async () => {
    const { status, stdout } = await sigma('convert', '--pipeline', file('pipeline.yml'), file('good.yml'));
    expect([status, stdout.includes('"event.code"')]).toEqual([0, true]);
    const broken = await sigma('convert', '--pipeline', file('no_pipeline.yml'), file('good.yml'));
    expect(broken).toMatchObject({ status: 2, stderr: expect.stringContaining('no_pipeline.yml') });
  });

  it('refuses a correlation and converts what it builds on', async () => {
    const { status, stdout, stderr } = await sigma('convert', file('correlation.yml'));
    expect([status, JSON.parse(stdout).query.bool._name]).toEqual([1, 'base']);
    expect(stderr).toContain('correlation.yml: refused: A correlation is no query');
  });

  it('writes to a file, or says why not', async () => {
    const { status, stdout } = await sigma('convert', '-o', file('query.json'), file('good.yml'));
    expect([status, stdout]).toEqual([0, '']);
    expect(JSON.parse(await readFile(file('query.json'), 'utf8'))).toHaveProperty('query.bool');
    const failed = await sigma('convert', '-o', file('no/such/folder'), file('good.yml'));
    expect(failed).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot be written') });
  });

  it('ends with 2 where a path cannot be read or holds no rule', async () => {
    expect(await sigma('convert', file('nowhere.yml'))).toMatchObject({ status: 2 });
    const empty = await mkdtemp(join(folder, 'empty-'));
    expect(await sigma('convert', empty)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no rule'),
    });
  });
});

describe.runIf(has('sigmahq'))('SigmaHQ’s rules', () => {
  let rules: readonly SigmaRule[] = [];
  beforeAll(async () => {
    rules = await sigmahqRules();
  }, 60_000);

  it.each(['dsl', 'lucene'] as const)(
    'become %s, or are refused by name',
    (format) => {
      const results = rules.map((rule) => convertRule(rule, format));
      const refusals = results.flatMap((result) => (result.ok ? [] : [result.refusals]));
      expect(results).toHaveLength(3_780);
      expect(refusals.length).toBeLessThan(40);
      for (const each of refusals) {
        expect(each.length).toBeGreaterThan(0);
        for (const { reason } of each) expect(reason).toMatch(/^[^{}]*\.$/);
      }
    },
    60_000,
  );
});
