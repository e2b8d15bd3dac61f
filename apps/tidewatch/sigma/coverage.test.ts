import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ecsFields } from '@tidewatch/normalize/ecs';
import { fieldTable, type LogSource, readingsOf } from '@tidewatch/sigma';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, root, sharedData } from '../../../test/require.ts';
import { sigma } from './command_fixture.ts';
import { type CoverageReport, ruleCoverage } from './coverage.ts';

const ecs = new Set(Object.values(ecsFields).flatMap((names) => names.split(' ')));
const parsers = [join(root, 'parsers')];

describe('the field table', () => {
  it('names fields of ECS, or of the source below its module’s name', () => {
    const modules = new Set([
      ...fieldTable.flatMap(({ datasets }) => datasets.map((name) => name.split('.')[0] as string)),
      'winlog',
      'auditd',
      'o365',
      'sudo',
    ]);
    const paths = [
      ...[...readingsOf(fieldTable).values()].flat().map(({ path }) => path),
      ...fieldTable.flatMap(({ namespaces = [] }) => namespaces),
    ];
    expect(paths.length).toBeGreaterThan(300);
    expect(paths.filter((path) => !ecs.has(path) && !modules.has(path.split('.')[0] as string))).toEqual([]);
  });
});

let folder = '';
const at = (name: string): string => join(folder, name);
const rule = (id: string, logsource: string, fields: readonly string[]): string =>
  `title: Rule ${id}\nid: ${id}\nlogsource: {${logsource}}\ndetection: {s: {${fields.map((field) => `${field}: a`).join(', ')}}, condition: s}\n`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coverage-'));
  await mkdir(at('set'));
  await mkdir(at('parsers'));
  await Promise.all([
    writeFile(at('set/a.yml'), rule('a', 'category: webserver', ['cs-method', 'sc-status'])),
    writeFile(at('set/b.yml'), rule('b', 'category: webserver', ['cs-method', 'made_up'])),
    writeFile(at('set/c.yml'), rule('c', 'category: webserver', ['made_up', 'other_one'])),
    writeFile(at('set/d.yml'), rule('d', 'product: windows, service: security', ['TargetUserName'])),
    writeFile(at('set/e.yml'), rule('e', 'product: acme, service: till', ['event.action'])),
    writeFile(
      at('set/f.yml'),
      'title: F\nid: f\nlogsource: {product: okta, service: okta}\ndetection: {s: [word], condition: s}\n',
    ),
    writeFile(at('bad.yml'), 'title: x\n'),
    writeFile(at('parsers/okta.yml'), 'name: okta.system\n'),
    writeFile(at('parsers/okta.test.yml'), 'name: bluecoat\n'),
  ]);
});

afterAll(() => rm(folder, { recursive: true }));

describe('tidewatch sigma coverage', () => {
  it('prints a row for each log source, with what is missing, and the counts', async () => {
    const { status, stdout, stderr } = await sigma('coverage', at('set'), at('bad.yml'));
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^log source +rules +all +some +none +parsed by +missing fields$/);
    expect(lines.find((line) => line.startsWith('webserver'))).toMatch(
      /^webserver +3 +1 +1 +1 +nginx\.access.* made_up \(2\), other_one \(1\)$/,
    );
    expect(lines.find((line) => line.startsWith('windows/security'))).toMatch(/ 1 +1 +0 +0 +windows$/);
    expect(lines.find((line) => line.startsWith('acme/till'))).toMatch(/ 1 +1 +0 +0 +-$/);
    expect(lines.at(-2)).toMatch(
      /^6 rules: 4 with all fields, 1 with some, 1 with none; \d of log sources that a parser writes; 1 rejected, see `tidewatch sigma check`$/,
    );
    expect(stderr).toBe('');
    expect(status).toBe(1);
  });

  it('takes log sources by their parts, and parsers of one’s own', async () => {
    const report = async (...args: string[]) => {
      const { status, stdout } = await sigma('coverage', at('set'), '--json', ...args);
      return { status, report: JSON.parse(stdout) as CoverageReport };
    };
    const okta = await report('--logsource', 'okta/okta', '--parsers', at('parsers'));
    expect(okta.status).toBe(0);
    expect(okta.report.sources).toEqual([
      {
        logsource: { product: 'okta', service: 'okta' },
        rules: 1,
        all: 1,
        some: 0,
        none: 0,
        missing: [],
        datasets: ['okta.system'],
        parsed: ['okta.system'],
      },
    ]);
    expect(okta.report.total).toEqual({ rules: 1, all: 1, some: 0, none: 0, parsed: 1, missing: [] });
    const both = await report('--logsource', 'acme,webserver');
    expect(both.report.sources.map(({ rules }) => rules)).toEqual([3, 1]);
    expect(both.report.total.missing).toEqual([
      { field: 'made_up', rules: 2 },
      { field: 'other_one', rules: 1 },
    ]);
  });

  it('says so where no rule is of the log source', async () => {
    const { status, stderr } = await sigma('coverage', at('set'), '--logsource', 'windos');
    expect(stderr).toBe('No rule is of such a log source.\n');
    expect(status).toBe(1);
  });

  it.each([
    [['none'], /Not all rules can be read\. .*no such file/],
    [['set', '--parsers', 'none'], /Not all parsers can be read\. .*no such file/],
  ] as [string[], RegExp][])('leaves exit code 2 for %j', async (args, said) => {
    const { status, stdout, stderr } = await sigma(
      'coverage',
      ...args.map((arg) => (arg.startsWith('-') ? arg : at(arg))),
    );
    expect(stderr).toMatch(said);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('finds a place for every field of the rules that ship', async () => {
    const { total } = await ruleCoverage([join(root, 'rules')], { parsers });
    expect(total).toMatchObject({ some: 0, none: 0, missing: [] });
    expect(total.all).toBe(total.rules);
    expect(total.rules).toBeGreaterThan(20);
  });
});

/** Log sources whose events are told by the operating system, since the table knows no data set that has them. */
const withoutDatasets = ['macos//file_event', 'macos//process_creation'];
/** What rules ask of Sysmon's events that its manifest does not have. */
const notInSysmon = [
  'CommandLine',
  'GrandParentImage',
  'IntegrityLevel',
  'ParentCommandLine',
  'ParentImage',
  'SourceCommandLine',
  'SourceParentImage',
  'TargetParentProcessId',
];

const keyOf = ({ product = '', service = '', category = '' }: LogSource): string =>
  `${product}/${service}/${category}`;

describe.skipIf(!has('sigmahq'))('SigmaHQ’s rules', () => {
  const sigmahq = process.env.TIDEWATCH_SIGMAHQ ?? join(sharedData, 'sigmahq');
  const paths = ['rules', 'rules-threat-hunting', 'rules-emerging-threats'].map((name) =>
    join(sigmahq, name),
  );

  let report: CoverageReport;
  beforeAll(async () => {
    report = await ruleCoverage(paths, { parsers });
  });

  it('have a place for all their fields, but for what no Windows event has', () => {
    const { sources, total } = report;
    expect(total.rules).toBeGreaterThan(3_000);
    expect(total.none).toBe(0);
    expect(total.all / total.rules).toBeGreaterThan(0.99);
    const lacking = sources.filter(({ missing }) => missing.length > 0);
    expect(lacking.filter(({ logsource }) => logsource.product !== 'windows')).toEqual([]);
    expect(total.missing.map(({ field }) => field).sort()).toEqual(notInSysmon);
  });

  it('are of log sources that the table names, with data sets', () => {
    expect(report.sources.length).toBeGreaterThan(100);
    const unnamed = report.sources.filter(({ datasets }) => datasets.length === 0);
    expect(unnamed.map(({ logsource }) => keyOf(logsource)).sort()).toEqual(withoutDatasets);
  });
});
