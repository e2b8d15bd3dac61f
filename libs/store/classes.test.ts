import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classApproved, liveDataClasses, loadDataClasses, parseDataClasses } from './classes.ts';

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
      approvals: [],
    });
    expect(classes.all.map(({ name, ttl }) => [name, ttl])).toEqual([
      ['unapproved', '7d'],
      ['alerts', '365d'],
      ['cases', '365d'],
      ['audit', '365d'],
      ['dead_letters', '7d'],
      ['web', '8w'],
    ]);
    expect(classes.get('constructor')).toBeUndefined();
  });

  const approval = (ttl: string, until = '2025-05-01') =>
    `{ class: network, ttl: ${ttl}, by: officer, on: 2024-05-01, until: ${until} }`;
  const approved = (...approvals: string[]) =>
    parseDataClasses(yaml(network, `[${approvals.join(', ')}]`)).get('network')!;

  it('takes an approval only for the time to live that it names', () => {
    expect(approved(approval('30d')).approvals).toEqual([
      { by: 'officer', on: '2024-05-01', until: '2025-05-01' },
    ]);
    const shortened = approved(approval('90d'));
    expect(shortened).toMatchObject({ ttl: '30d', approvals: [] });
    expect(shortened.unapprovedTtl).toBeUndefined();
  });

  it('keeps nothing for longer than was approved, once anything was', () => {
    expect(approved(approval('7d'), approval('2w'))).toMatchObject({
      ttl: '2w',
      ttlMs: 14 * 86_400_000,
      unapprovedTtl: '30d',
      approvals: [{ by: 'officer' }],
    });
    const byLaw = '  network: { description: d, ttl: 30d, minimum: 20d, readers: [analyst] }';
    expect(parseDataClasses(yaml(byLaw, `[${approval('7d')}]`)).get('network')?.ttl).toBe('20d');
  });

  it('counts any approval of the day, also a renewed one', () => {
    const renewed = approved(approval('30d', '2024-12-31'), approval('30d', '2025-12-31'));
    expect(
      ['2024-04-30', '2024-05-01', '2025-12-31', '2026-01-01'].map((day) => classApproved(renewed, day)),
    ).toEqual([false, true, true, false]);
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
    ['  a: [', '[]', 'line 3: the file'],
    ['  a: { description: d, ttl: 1d, readers: [a], keep: 1 }', '[]', 'line 2: classes.a.keep'],
    [network, '[{ class: nowhere, ttl: 1d, by: x, on: 2024-05-01, until: 2025-05-01 }]', 'nowhere'],
  ])('refuses %s %s', (classes, approvals, problem) => {
    expect(() => parseDataClasses(yaml(classes, approvals), 'x.yml')).toThrow(
      expect.objectContaining({ code: 'CLASSES_INVALID', message: expect.stringContaining(problem) }),
    );
  });
});

it('gives who holds the classes those of now', () => {
  const live = liveDataClasses(parseDataClasses(yaml(network)));
  live.replace(parseDataClasses(yaml(network.replace('30d', '7d'))));
  expect(live.get('network')?.ttl).toBe('7d');
  expect(live.all.map(({ name }) => name)).toContain('network');
});

describe('loadDataClasses', () => {
  it("reads the project's own file, in which nobody has approved anything", async () => {
    const { all } = await loadDataClasses(join(import.meta.dirname, '../../governance/classes.yml'));
    expect(Object.fromEntries(all.map(({ name, ttl }) => [name, ttl]))).toEqual({
      ...{
        authentication: '90d',
        endpoint: '90d',
        network: '30d',
        scores: '30d',
        web: '30d',
        system: '30d',
        unapproved: '7d',
      },
      ...{ demonstration: '1d', alerts: '365d', cases: '365d', audit: '365d', dead_letters: '7d' },
    });
    expect(all.flatMap(({ approvals }) => approvals)).toEqual([]);
    expect(all.filter(({ synthetic }) => synthetic).map(({ name }) => name)).toEqual(['demonstration']);
  });

  it('says which file is missing', async () => {
    await expect(loadDataClasses('/nowhere/classes.yml')).rejects.toThrow(
      '/nowhere/classes.yml: the file cannot be read',
    );
  });
});
