import { statuses } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import { describe, expect, it } from 'vitest';
import { belongsTo, composeQuery, statusViews, tagLabel } from './alert-view.ts';

describe('composeQuery', () => {
  it('asks for the view alone, the filter alone, or both', () => {
    expect(composeQuery('', 'active').text).toBe('status: (open or acknowledged)');
    expect(composeQuery('', 'all').text).toBe('');
    expect(composeQuery('host.name: a', 'all').text).toBe('host.name: a');
    expect(composeQuery('a: 1 or b: 2', 'closed').text).toBe('(a: 1 or b: 2) and status: closed');
  });
  it('sends what cannot be read alone', () => {
    for (const text of ['foo:(', 'rule.level: high) or (status: closed'])
      expect(composeQuery(text, 'active')).toEqual({ text, offset: 0 });
  });
  it('tells where the filter starts and makes a query that parses', () => {
    for (const view of statusViews) {
      const { text, offset } = composeQuery('user.name: x', view);
      expect(text.slice(offset)).toMatch(/^user\.name: x/);
      expect(parseKql(text).ok).toBe(true);
    }
  });
});

it('counts every status into "all" and into its own view', () => {
  for (const status of statuses) {
    expect(belongsTo('all', status)).toBe(true);
    expect(belongsTo(status, status)).toBe(true);
    expect(belongsTo('active', status)).toBe(status !== 'closed');
  }
});

it.each([
  ['attack.t1003.001', 'T1003.001', 'https://attack.mitre.org/techniques/T1003/001/'],
  ['attack.t1110', 'T1110', 'https://attack.mitre.org/techniques/T1110/'],
  ['attack.credential-access', 'credential access', undefined],
  ['cve.2021-44228', 'cve.2021-44228', undefined],
])('labels %s', (tag, label, href) => {
  expect(tagLabel(tag).label).toBe(label);
  expect(tagLabel(tag).href).toBe(href);
});
