import { describe, expect, it } from 'vitest';
import { createClassifier, type GovernanceMode, rulesInForce } from './classifier.ts';
import type { UseCase } from './usecases.ts';

const approved = [{ role: 'privacy_officer', by: 'privacy-desk', at: '2026-01-10' }];
const useCase = (name: string, data: UseCase['data'], changes: Partial<UseCase> = {}): UseCase => ({
  file: `${name}.yml`,
  name,
  title: name,
  purpose: 'Find out what goes wrong.',
  legal_basis: 'Legitimate interest',
  data,
  fields: ['*'],
  rules: [],
  stakeholders: ['security analysts'],
  review_by: '2026-12-31',
  approvals: approved,
  ...changes,
});

const classes = [
  { name: 'authentication' },
  { name: 'web' },
  { name: 'system' },
  { name: 'unapproved' },
  { name: 'demonstration', synthetic: true },
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
  useCase('demo', [{ source: 'demo-*', class: 'demonstration' }], { approvals: [] }),
];
const at = (day: string) => () => Date.parse(`${day}T23:59:59Z`);

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
    ['demo-syslog', 'linux.sshd', '2026-06-01', 'enforced', 'demonstration'],
    ['demo-syslog', 'linux.sshd', '2046-06-01', 'enforced', 'demonstration'],
    ['my-demo-syslog', 'other', '2026-06-01', 'evaluation', 'unapproved'],
  ])('%s / %s on %s, %s → %s', (source, dataset, day, mode, expected) => {
    const classify = createClassifier({ useCases, classes, mode, now: at(day) });
    expect(classify(source, dataset)).toEqual({ dataClass: expected });
  });

  it.each([
    ['other', '2026-06-01', 'No use-case covers dataset other of source s.'],
    [
      'nginx.access',
      '2026-06-01',
      'draft, which covers dataset nginx.access of source s, has not been approved.',
    ],
    ['linux.sshd', '2027-01-01', 'is not in force on 2027-01-01 (review by 2026-12-31).'],
  ])('refuses %s on %s where enforced', (dataset, day, reason) => {
    const classify = createClassifier({ useCases, classes, mode: 'enforced', now: at(day) });
    expect(classify('s', dataset)).toEqual({ refused: expect.stringContaining(reason) });
  });

  it('notices that an approval ended while it runs', () => {
    let now = at('2026-12-31')();
    const classify = createClassifier({ useCases, classes, mode: 'enforced', now: () => now });
    expect(classify('s', 'linux.sshd')).toEqual({ dataClass: 'authentication' });
    now += 2_000;
    expect(classify('s', 'linux.sshd')).toHaveProperty('refused');
  });
});

describe('rulesInForce', () => {
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
    const patterns = rulesInForce(cases, at('2026-06-01')()).map((source) => new RegExp(source, 's'));
    expect(patterns.some((pattern) => pattern.test(id) || pattern.test(path))).toBe(admitted);
  });
});
