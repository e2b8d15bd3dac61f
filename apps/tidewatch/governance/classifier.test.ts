import { describe, expect, it } from 'vitest';
import { createClassifier, type GovernanceMode, governedRules } from './classifier.ts';
import type { UseCase } from './usecase.ts';

const approved = [{ role: 'privacy_officer', by: 'privacy-desk', at: '2026-01-10' }];
const useCase = (name: string, data: UseCase['data'], changes: Partial<UseCase> = {}): UseCase => ({
  file: `${name}.yml`,
  name,
  title: name,
  purpose: 'Find out what goes wrong.',
  legal_basis: 'Legitimate interest',
  data,
  fields: ['*'],
  pseudonymise: [],
  minimise: false,
  rules: [],
  detectors: [],
  stakeholders: ['security analysts'],
  review_by: '2026-12-31',
  approvals: approved,
  text: '',
  lineOf: (key) => (key === 'approvals' ? 9 : 8),
  ...changes,
});

const officer = [{ by: 'privacy-desk', on: '2026-01-01', until: '2030-12-31' }];
const classes = [
  { name: 'authentication', synthetic: false, ttl: '90d', approvals: officer },
  { name: 'web', synthetic: false, ttl: '30d', approvals: officer },
  { name: 'system', synthetic: false, ttl: '30d', approvals: officer },
  { name: 'network', synthetic: false, ttl: '30d', approvals: [{ ...officer[0]!, until: '2026-06-30' }] },
  { name: 'unapproved', synthetic: false, ttl: '7d', approvals: [] },
  { name: 'demonstration', synthetic: true, ttl: '1d', approvals: [] },
];
const useCases = [
  useCase('logons', [{ dataset: 'linux.sshd', class: 'authentication' }]),
  useCase('draft', [{ dataset: 'nginx.access', class: 'web' }], { approvals: [] }),
  useCase('colleague', [{ dataset: 'linux.su', class: 'authentication' }], {
    approvals: [{ role: 'analyst', by: 'desk1', at: '2026-01-10' }],
  }),
  useCase('early', [{ dataset: 'linux.sudo', class: 'authentication' }], {
    approvals: [{ role: 'privacy_officer', by: 'privacy-desk', at: '2026-09-01' }],
  }),
  useCase('wide', [{ dataset: 'linux.*', class: 'system' }]),
  useCase('flows', [{ dataset: 'netflow.*', class: 'network' }]),
  useCase('demo', [{ source: 'demo-*', class: 'demonstration' }], { approvals: [] }),
];
const at = (day: string) => () => Date.parse(`${day}T23:59:59Z`);
const create = (mode: GovernanceMode, now: () => number) =>
  createClassifier({
    useCases,
    classes,
    mode,
    now,
    placeOfClass: (name) => `classes.yml of ${name}`,
    folder: 'usecases',
  });

describe('createClassifier', () => {
  it.each<[source: string, dataset: string, day: string, mode: GovernanceMode, expected: string]>([
    ['auth', 'linux.sshd', '2026-06-01', 'enforced', 'authentication'],
    ['auth', 'linux.sshd', '2026-12-31', 'enforced', 'authentication'],
    ['auth', 'linux.cron', '2026-06-01', 'enforced', 'system'],
    ['auth', 'linux.sudo', '2026-06-01', 'enforced', 'system'],
    ['auth', 'linux.sudo', '2026-09-01', 'enforced', 'authentication'],
    ['auth', 'linux.su', '2026-06-01', 'enforced', 'system'],
    ['auth', 'linux.sshd', '2027-01-01', 'evaluation', 'unapproved'],
    ['web', 'nginx.access', '2026-06-01', 'evaluation', 'unapproved'],
    ['web', 'other', '2026-06-01', 'evaluation', 'unapproved'],
    ['router', 'netflow.v9', '2026-06-30', 'enforced', 'network'],
    ['router', 'netflow.v9', '2026-07-01', 'evaluation', 'network'],
    ['demo-syslog', 'linux.sshd', '2026-06-01', 'enforced', 'demonstration'],
    ['demo-syslog', 'linux.sshd', '2046-06-01', 'enforced', 'demonstration'],
    ['my-demo-syslog', 'other', '2026-06-01', 'evaluation', 'unapproved'],
  ])('%s / %s on %s, %s → %s', (source, dataset, day, mode, expected) => {
    const classify = create(mode, at(day));
    expect(classify(source, dataset)).toEqual({ dataClass: expected });
  });

  it.each([
    ['other', '2026-06-01', 'No use-case in usecases covers dataset other of source s.'],
    [
      'nginx.access',
      '2026-06-01',
      'draft, which covers dataset nginx.access of source s, has not been approved (draft.yml:9).',
    ],
    ['linux.sshd', '2027-01-01', 'logons, which covers', 'is approved up to 2026-12-31 only (logons.yml:8).'],
    ['linux.sudo', '2026-01-09', 'is approved from a later day on (early.yml:9).'],
    [
      'netflow.v9',
      '2026-07-01',
      'The class network of dataset netflow.v9 of source s has no approval of 30d that counts on 2026-07-01 (classes.yml of network).',
    ],
  ])('refuses %s on %s where enforced', (dataset, day, ...reasons) => {
    const classified = create('enforced', at(day))('s', dataset);
    for (const reason of reasons) expect(classified).toEqual({ refused: expect.stringContaining(reason) });
  });

  it('notices that an approval ended while it runs', () => {
    let now = at('2026-12-31')();
    const classify = create('enforced', () => now);
    expect(classify('s', 'linux.sshd')).toEqual({ dataClass: 'authentication' });
    now += 2_000;
    expect(classify('s', 'linux.sshd')).toHaveProperty('refused');
  });
});

describe('governedRules', () => {
  const cases = [
    useCase('a', [{ dataset: 'x', class: 'web' }], {
      rules: ['rules/web/**', 'rules/linux/ssh_*.yml', '1-2-3'],
    }),
    useCase('b', [{ dataset: 'y', class: 'web' }], { rules: ['rules/windows/**'], approvals: [] }),
  ];
  it.each([
    ['x', 'rules/web/deep/a.yml', true],
    ['x', 'rules/linux/ssh_guess.yml', true],
    ['x', 'rules/linux/sudo.yml', false],
    ['1-2-3', 'elsewhere.yml', true],
    ['x', 'rules/windows/a.yml', false],
  ])('%s at %s → %s', (id, path, admitted) => {
    const { only } = governedRules(cases, '2026-06-01');
    const patterns = only.map((source) => new RegExp(source, 's'));
    expect(patterns.some((pattern) => pattern.test(id) || pattern.test(path))).toBe(admitted);
  });

  it('says of others why their use-case does not switch them on', () => {
    const { withheld } = governedRules(cases, '2026-06-01');
    expect(withheld.map(({ why }) => why)).toEqual([
      'The use-case b, which switches it on, has not been approved (b.yml:9).',
    ]);
    expect(new RegExp(withheld[0]?.rules ?? '').test('rules/windows/a.yml')).toBe(true);
    expect(governedRules(cases, '2027-01-01')).toMatchObject({
      only: [],
      withheld: [{}, {}, { why: expect.stringContaining('(a.yml:8)') }, {}],
    });
  });
});
