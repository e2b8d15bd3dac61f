import { describe, expect, it } from 'vitest';
import { parseRuleFile } from '../parse.ts';
import type { SigmaRule } from '../rule.ts';
import { convertRule } from './convert.ts';
import { toDsl } from './dsl.ts';
import { toLucene } from './lucene.ts';
import { toMonitor } from './monitor.ts';

const security = '{product: windows, service: security}';

function ruleOf(detection: string, logsource = security): SigmaRule {
  const text = `title: A rule\nid: some-id\nlevel: high\nlogsource: ${logsource}\ndetection:\n${detection}`;
  const { rules, rejected } = parseRuleFile(text, 'rule.yml', new Map([['admins', ['bob', 'eve']]]));
  expect(rejected).toEqual([]);
  return rules[0]!;
}

const selecting = (item: string): string => `  s:\n    ${item}\n  condition: s\n`;

/** What a rule asks beside its log source. */
function asked(rule: SigmaRule): unknown {
  const result = convertRule(rule, 'dsl');
  if (!result.ok) return result.refusals.map(({ code }) => code);
  const { bool } = toDsl(result.query, rule.id).query as { bool: Record<string, unknown[]> };
  const rest = [...(bool.filter ?? []).slice(1), ...(bool.must_not ?? []).map((not) => ({ not }))];
  return rest.length === 1 ? rest[0] : rest;
}

const data = 'winlog.event_data.';
/** Events of Security may have the field in either. */
const both = (make: (path: string) => object) => ({
  bool: {
    should: [make(`${data}F`), make('winlog.user_data.F')],
    minimum_should_match: 1,
  },
});
const term = (value: string, folds = true) =>
  both((path) => ({ term: { [path]: { value, ...(folds ? { case_insensitive: true } : {}) } } }));
const wildcard = (value: string) =>
  both((path) => ({ wildcard: { [path]: { value, case_insensitive: true } } }));
const regexp = (value: string, folds = false) =>
  both((path) => ({
    regexp: { [path]: { value, flags: 'NONE', ...(folds ? { case_insensitive: true } : {}) } },
  }));
const there = both((path) => ({ exists: { field: path } }));

describe('a value of a rule becomes', () => {
  it.each<[string, unknown]>([
    ['F: abc', term('abc')],
    ['F: 4624', term('4624', false)],
    ["F: ''", term('', false)],
    ['F: a*c', wildcard('a*c')],
    ['F: a?c', wildcard('a?c')],
    ["F: 'a\\*c'", term('a*c')],
    ["F|contains: 'a\\*\\\\c'", wildcard('*a\\*\\\\c*')],
    ["F: '*'", there],
    ['F|contains: abc', wildcard('*abc*')],
    ['F|startswith: abc', wildcard('abc*')],
    ["F|endswith: '\\a.exe'", wildcard('*\\\\a.exe')],
    ['F|cased: abc', term('abc', false)],
    ['F|contains|windash: -x', regexp('.*[\\-\\/\\–\\—\\―]x.*', true)],
    ['F: Übung', regexp('[Üü][bB][uU][nN][gG]')],
    ['F|re: a.c', regexp('.*a[^\n]c.*')],
    ["F|re: '^a+?$'", regexp('a+')],
    ['F|re|i: ^ab', regexp('[aA][bB].*')],
    ['F|re|s: a.b', regexp('.*a.b.*')],
    [
      "F|re: '^(?:a|)[\\S\\s]\\d'",
      regexp(
        '(a)?([\t\n\u000b\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]|[^\t\n\u000b\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff])[0-9].*',
      ),
    ],
    ['F: null', { not: there }],
    ['F|exists: true', there],
    ['F|exists: false', { not: there }],
    ['F|neq: 5', [there, { not: term('5', false) }]],
    ['F|base64: ab', term('YWI=')],
    ['F|wide|base64: a', term('YQA=')],
    ['IpAddress|cidr: 10.0.0.0/8', { term: { 'source.ip': { value: '10.0.0.0/8' } } }],
    ['IpPort|gte: 1024', { range: { 'source.port': { gte: 1024 } } }],
    ['process.pid: 4', { term: { 'process.pid': { value: 4 } } }],
    ['source.ip|startswith: 10.1.', { term: { 'source.ip': { value: '10.1.0.0/16' } } }],
    ['source.ip: 10.1.2.3', { term: { 'source.ip': { value: '10.1.2.3' } } }],
  ])('%s', (item, query) => {
    expect(asked(ruleOf(selecting(item)))).toEqual(query);
  });

  it('nothing where the field cannot hold it', () => {
    expect(convertRule(ruleOf(selecting('source.ip: nobody')), 'dsl')).toMatchObject({
      query: { kind: 'none' },
    });
  });

  it('one of several for a placeholder', () => {
    const query = JSON.stringify(asked(ruleOf(selecting('F|expand: x%admins%'))));
    for (const value of ['xbob', 'xeve']) expect(query).toContain(`"${value}"`);
  });

  it('three forms for base64offset', () => {
    const query = JSON.stringify(asked(ruleOf(selecting('F|base64offset|contains: /bin/bash'))));
    for (const form of ['L2Jpbi9iYXNo', '9iaW4vYmFza', 'vYmluL2Jhc2']) expect(query).toContain(`*${form}*`);
  });

  it('addresses written out where only text is there', () => {
    const result = convertRule(ruleOf(selecting('Peer|cidr: 172.16.0.0/12')), 'dsl');
    expect(result.warnings).toMatchObject([{ code: 'network_text', line: 7 }]);
    expect(JSON.stringify(asked(ruleOf(selecting('Peer|cidr: 172.16.0.0/12'))))).toMatch(
      /172\.16\.\*.*172\.31\.\*/,
    );
  });
});

describe('a condition becomes', () => {
  const three = '  a:\n    EventID: 1\n  b:\n    EventID: 2\n  _c:\n    EventID: 3\n';
  const id = (value: string) => ({ term: { 'winlog.event_id': { value } } });
  it.each<[string, unknown]>([
    ['a', id('1')],
    ['a and b', [id('1'), id('2')]],
    ['a or b', { terms: { 'winlog.event_id': ['1', '2'] } }],
    ['not a', { not: id('1') }],
    ['a and not b', [id('1'), { not: id('2') }]],
    ['not (a and b)', { not: { bool: { filter: [id('1'), id('2')] } } }],
    ['1 of them', { terms: { 'winlog.event_id': ['1', '2'] } }],
    ['all of them', [id('1'), id('2')]],
    ['1 of _*', id('3')],
    ['not 1 of them', { not: { terms: { 'winlog.event_id': ['1', '2'] } } }],
  ])('%s', (condition, query) => {
    expect(asked(ruleOf(`${three}  condition: ${condition}\n`))).toEqual(query);
  });

  it('each value by itself for all', () => {
    expect(asked(ruleOf(selecting('F|contains|all: [a, b]')))).toEqual([wildcard('*a*'), wildcard('*b*')]);
  });

  it('an alternative for each map of a list', () => {
    expect(
      asked(ruleOf('  s:\n    - EventID: 1\n      Level: 4\n    - EventID: 2\n  condition: s\n')),
    ).toEqual({
      bool: {
        should: [
          {
            bool: {
              filter: [
                id('1'),
                {
                  bool: {
                    should: [
                      { term: { 'winlog.level': { value: 'Information', case_insensitive: true } } },
                      { term: { 'winlog.level': { value: '4' } } },
                    ],
                    minimum_should_match: 1,
                  },
                },
              ],
            },
          },
          id('2'),
        ],
        minimum_should_match: 1,
      },
    });
  });
});

describe('what a query cannot say', () => {
  it.each([
    ['F|fieldref: G', 'fieldref'],
    ['F|hour: 3', 'time_part'],
    ['F|minute|gt: 3', 'time_part'],
    ['F|lt: 3', 'number_as_text'],
    ['F|cidr: fe80::/10', 'network_as_text'],
    ["F|re: '\\bx'", 'regex_feature'],
    ["F|re: 'a(^b|c)'", 'regex_feature'],
    ['F|re|m: ^b', 'regex_feature'],
    [`F|re: ${'abcde'.repeat(201)}`, 'regex_too_long'],
    ["F|re: 'x[ab]{0,40}y'", 'regex_costly'],
    ["F|re: '.{1000,}'", 'regex_costly'],
    ['Message|re: a.c', 'regex_in_words'],
    ['process.pid|startswith: 4', 'number_wildcard'],
    ["source.ip|endswith: '.1'", 'address_wildcard'],
  ])('is refused by name and line: %s', (item, code) => {
    const result = convertRule(ruleOf(selecting(item)), 'dsl');
    expect(result).toMatchObject({ ok: false, refusals: [{ code, line: 7 }] });
    for (const { reason } of result.ok ? [] : result.refusals) expect(reason).not.toMatch(/[{}]\w/);
  });

  it('is refused for a cluster’s limits', () => {
    const many = Array.from({ length: 600 }, (_, i) => `a${i}`).join(', ');
    expect(convertRule(ruleOf(selecting(`F: [${many}]`)), 'dsl')).toMatchObject({
      ok: false,
      refusals: [{ code: 'too_many_clauses', line: null }],
    });
  });

  it.each([
    ['Message|contains: two words', security, 'words'],
    ["ScriptBlockText|contains: 'x'", '{product: windows, category: ps_script}', 'long_values'],
    ["'|all': [a, b]", security, 'keywords'],
    ['User: root', '{product: linux, category: process_creation}', 'joined'],
    ['size|gt: 5', '{product: okta}', 'number_type'],
    ['F: x', '{product: windows, service: nobody-knows}', 'unknown_logsource'],
  ])('is warned about where it is near: %s in %s', (item, logsource, code) => {
    const { ok, warnings } = convertRule(ruleOf(selecting(item), logsource), 'dsl');
    expect([ok, warnings.map((each) => each.code)]).toEqual([true, expect.arrayContaining([code])]);
    expect(warnings.every(({ line }) => line === (code === 'unknown_logsource' ? 4 : 7))).toBe(true);
  });
});

describe('fields are those in which Tidewatch stores them', () => {
  it.each([
    ['Image|endswith: x.exe', '{product: windows, category: process_creation}', ['process.executable']],
    [
      "Image: '-'",
      '{product: windows, category: process_creation}',
      ['process.executable', `${data}Image`, `${data}NewProcessName`],
    ],
    ['Details: DWORD', '{product: windows, category: registry_set}', ['registry.data.strings']],
    ['Signature: Trojan', '{category: antivirus}', [`${data}Threat Name`, 'winlog.user_data.ThreatName']],
    [
      'eventName: X',
      '{product: aws, service: cloudtrail}',
      ['eventName', 'generic.eventName', 'aws.cloudtrail.eventName'],
    ],
    ['cs-method: GET', '{category: webserver}', ['http.request.method', 'generic.cs-method']],
    ['Computer: dc1', security, ['winlog.computer_name']],
    ['user.name: bob', '{product: linux}', ['user.name']],
    ['eventType: zone.delete', '{product: okta, service: okta}', ['okta.eventType', 'okta.event_type']],
    ["blocked: 'true'", '{category: firewall}', ['denied', 'event.type']],
  ])('%s of %s', (item, logsource, fields) => {
    const result = convertRule(ruleOf(selecting(item), logsource), 'dsl');
    if (!result.ok) throw new Error('refused');
    const text = JSON.stringify(toDsl(result.query, 'x'));
    for (const field of fields) expect(text).toContain(`"${field.replaceAll('\\', '\\\\')}"`);
  });
});

describe('as text for the search bar', () => {
  it.each([
    ['EventID: 1', 'winlog.event_id:"1"'],
    ['Computer: Dc1', 'winlog.computer_name:/[Dd][cC]1/'],
    ['Computer|cased: a"b', 'winlog.computer_name:"a\\"b"'],
    ["Computer|endswith: '/x\\'", 'winlog.computer_name:/.*\\/[xX][\\\\]/'],
    ["Computer: ''", 'winlog.computer_name:/()/'],
    ['Computer|exists: true', '_exists_:winlog.computer_name'],
    ['IpAddress|cidr: fe80::/10', 'source.ip:"fe80::/10"'],
    ['IpPort|lt: 5', 'source.port:<5'],
  ])('%s', (item, query) => {
    const result = convertRule(ruleOf(selecting(item)), 'lucene');
    expect(result.ok && toLucene(result.query)).toBe(`(${channel} AND ${query})`);
  });
  const channel = 'winlog.channel:/[Ss][eE][cC][uU][rR][iI][tT][yY]/';

  it('names what is excluded from', () => {
    const result = convertRule(ruleOf('  s:\n    EventID: 1\n  condition: not s\n'), 'lucene');
    expect(result.ok && toLucene(result.query)).toBe(`(${channel} AND NOT winlog.event_id:"1")`);
  });
});

it('makes a monitor that looks at every document once', () => {
  const rule = ruleOf(selecting('EventID: 1'));
  const result = convertRule(rule, 'dsl');
  if (!result.ok) throw new Error('refused');
  expect(toMonitor(rule, result.query, 'tidewatch-events-*')).toMatchObject({
    name: 'A rule',
    schedule: { period: { interval: 5, unit: 'MINUTES' } },
    inputs: [
      {
        search: {
          indices: ['tidewatch-events-*'],
          query: {
            query: {
              bool: {
                filter: [
                  { range: { 'event.ingested': { gte: '{{period_end}}||-6m', lt: '{{period_end}}||-1m' } } },
                  toDsl(result.query, 'some-id').query,
                ],
              },
            },
          },
        },
      },
    ],
    triggers: [{ query_level_trigger: { severity: '2' } }],
  });
});
