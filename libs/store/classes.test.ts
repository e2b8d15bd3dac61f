import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataClasses, parseDataClasses } from './classes.ts';

const yaml = (classes: string, approvals = '[]') => `classes:\n${classes}\napprovals: ${approvals}\n`;
const network = '  network: { description: d, ttl: 30d, readers: [analyst] }';

describe('parseDataClasses', () => {
  it('reads classes and adds those that Tidewatch relies on', () => {
    const classes = parseDataClasses(
      yaml('  web: { description: d, ttl: 8w, minimum: 30d, synthetic: true, readers: [analyst] }'),
    );
    expect(classes.get('web')).toEqual({
      name: 'web',
      description: 'd',
      ttl: '8w',
      ttlMs: 56 * 86_400_000,
      minimumMs: 30 * 86_400_000,
      synthetic: true,
      readers: ['analyst'],
    });
    expect(classes.all.map(({ name, ttl }) => [name, ttl])).toEqual([
      ['unapproved', '7d'],
      ['alerts', '365d'],
      ['web', '8w'],
    ]);
    expect(classes.get('constructor')).toBeUndefined();
  });

  it('takes an approval only for the time to live that it names', () => {
    const approval = (ttl: string) =>
      `[{ class: network, ttl: ${ttl}, by: officer, on: 2024-05-01, until: 2025-05-01 }]`;
    expect(parseDataClasses(yaml(network, approval('30d'))).get('network')?.approval).toEqual({
      by: 'officer',
      on: '2024-05-01',
      until: '2025-05-01',
    });
    expect(parseDataClasses(yaml(network, approval('7d'))).get('network')?.approval).toBeUndefined();
  });

  it.each([
    ['  Net: { description: d, ttl: 1d, readers: [a] }', '[]', 'classes.Net'],
    [
      '  a: { description: d, ttl: 1y, readers: [a] }',
      '[]',
      'classes.a.ttl must be a number of hours, days or weeks',
    ],
    ['  a: { description: d, readers: [a] }', '[]', 'classes.a.ttl'],
    ['  a: { description: d, ttl: 1d, readers: [a], keep: 1 }', '[]', 'keep'],
    ['  a: { description: d, ttl: 1d, minimum: 2d, readers: [a] }', '[]', 'shorter than its minimum'],
    ['  a: [', '[]', '(4:1)'],
    [network, '[{ class: nowhere, ttl: 1d, by: x, on: 2024-05-01, until: 2025-05-01 }]', 'nowhere'],
  ])('refuses %s %s', (classes, approvals, problem) => {
    expect(() => parseDataClasses(yaml(classes, approvals), 'x.yml')).toThrow(
      expect.objectContaining({ code: 'CLASSES_INVALID', message: expect.stringContaining(problem) }),
    );
  });
});

describe('loadDataClasses', () => {
  it("reads the project's own file, in which nobody has approved anything", async () => {
    const { all } = await loadDataClasses(join(import.meta.dirname, '../../governance/classes.yml'));
    expect(Object.fromEntries(all.map(({ name, ttl }) => [name, ttl]))).toEqual({
      ...{
        authentication: '90d',
        endpoint: '90d',
        network: '30d',
        web: '30d',
        system: '30d',
        unapproved: '7d',
      },
      ...{ demonstration: '1d', alerts: '365d', audit: '365d', dead_letters: '7d' },
    });
    expect(all.filter(({ approval }) => approval !== undefined)).toEqual([]);
    expect(all.filter(({ synthetic }) => synthetic).map(({ name }) => name)).toEqual(['demonstration']);
  });

  it('says which file is missing', async () => {
    await expect(loadDataClasses('/nowhere/classes.yml')).rejects.toThrow(
      '/nowhere/classes.yml: the file cannot be read',
    );
  });
});
