import { describe, expect, it } from 'vitest';
import { parseRuleFile } from './parse.ts';
import { deferring } from './placeholder.ts';
import { type WeakenedOptions, weakenedRules } from './weakened.ts';

const options: WeakenedOptions = {
  fields: ['user.name', 'source.ip', 'shop.*'],
  staysClear: (value) => value.toLowerCase() === 'root',
  clear: ['root', 'system', 'nt authority\\system'],
};

function weakened(detection: string, logsource = '{ product: any }', more: Partial<WeakenedOptions> = {}) {
  const text = `title: T\nid: 3f8f0c52-7d3d-4f0e-9a55-30b6f6f8a0aa\nlogsource: ${logsource}\ndetection:\n${detection.replace(/^/gm, '  ')}\n`;
  const { rules, rejected } = parseRuleFile(text, 'rule.yml', deferring(new Map()));
  expect(rejected).toEqual([]);
  return weakenedRules(rules, { ...options, ...more }).map(
    ({ field, path, asks, values, effect, restore }) => ({
      ...{ field, path, asks, values: values.join(' '), effect },
      restore: 'attribute' in restore ? restore.attribute : `clear ${restore.leaveClear}`,
    }),
  );
}
const one = (item: string) => weakened(`sel:\n  ${item}\ncondition: sel`)[0];

describe('a rule', () => {
  it.each([
    ['user.name: alice', 'constant', 'clear user.name'],
    ['user.name|contains: adm', 'substring', 'user.roles'],
    ['user.name|startswith: svc-', 'substring', 'clear user.name'],
    ['user.name|re: ^a.*', 'regular_expression', 'clear user.name'],
    ['source.ip|cidr: 10.0.0.0/8', 'network', 'labels.source_ip_network'],
    ['source.ip|cidr: 8.8.0.0/16', 'network', 'clear source.ip'],
    ['shop.customer.number|gt: 5', 'number', 'clear shop.customer.number'],
    ['user.name|fieldref|endswith: host.name', 'reference', 'clear user.name'],
  ])('that asks for %s is weakened', (item, asks, restore) => {
    expect(one(item)).toMatchObject({ asks, restore, effect: 'misses' });
  });

  it.each([
    'user.name: root',
    'user.name: null',
    "user.name: ''",
    "user.name: '*'",
    "user.name|endswith: '$'",
    'user.name|contains: SYSTEM',
    "user.name|endswith: '\\root'",
    'user.name|exists: true',
    'user.name|fieldref: host.name',
    'source.ip|cidr: 127.0.0.0/8',
    'source.ip|cidr: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "fc00::/7"]',
    'host.name: web1',
    'users.name: alice',
  ])('that asks for %s is not', (item) => expect(one(item)).toBeUndefined());

  it('finds too much where what it excludes is lost, and too little where it asks for it as well', () => {
    const detection = (condition: string) =>
      `sel:\n  event.action: login\nlocal:\n  source.ip|cidr: 10.0.0.0/8\ncondition: ${condition}`;
    expect(weakened(detection('sel and not local'))).toMatchObject([{ effect: 'noise' }]);
    expect(weakened(detection('sel and not (local or sel)'))).toMatchObject([{ effect: 'noise' }]);
    expect(weakened(detection('sel and not local or local'))).toMatchObject([{ effect: 'misses' }]);
    expect(weakened(detection('not (sel and not local)'))).toMatchObject([{ effect: 'misses' }]);
  });

  it('is found by the names that its log source has for the field', () => {
    expect(
      weakened(
        'sel:\n  SubjectUserName: alice\n  IpAddress|cidr: 10.0.0.0/8\ncondition: sel',
        '{ product: windows, service: security }',
      ),
    ).toMatchObject([
      { field: 'SubjectUserName', path: 'user.name' },
      { field: 'IpAddress', path: 'source.ip' },
    ]);
    expect(weakened('sel:\n  c-ip: 192.0.2.1\ncondition: sel', '{ category: webserver }')).toMatchObject([
      { field: 'c-ip', path: 'source.ip', asks: 'constant' },
    ]);
  });

  it('loses nothing where no field is named', () => {
    expect(weakened('sel:\n  user.name: alice\ncondition: sel', undefined, { fields: [] })).toEqual([]);
  });
});
