import type { UseCase } from '@tidewatch/api/schemas';
import { describe, expect, it } from 'vitest';
import { daysLeft, standingOf, withApproval } from './use-case.ts';

const entry = '- { role: privacy_officer, by: "alice", at: 2026-11-22 }';
const approve = (source: string) => withApproval(source, 'alice', '2026-11-22');

describe('withApproval', () => {
  it('takes the place of an empty list', () =>
    expect(approve('name: a\napprovals: [] # none yet\nrules: []\n')).toBe(
      `name: a\napprovals:\n  ${entry}\nrules: []\n`,
    ));
  it('stands beside earlier ones, as they are indented', () => {
    expect(approve('approvals:\n- role: x\n  by: bob\n')).toBe(
      `approvals:\n${entry}\n- role: x\n  by: bob\n`,
    );
    expect(approve('approvals:\n    # why\n    - role: x\n')).toBe(
      `approvals:\n    ${entry}\n    # why\n    - role: x\n`,
    );
  });
  it('is added where a file has none', () =>
    expect(approve('name: a')).toBe(`name: a\napprovals:\n  ${entry}\n`));
  it('leaves a list on one line to people', () =>
    expect(approve('approvals: [{ role: x }]')).toBeUndefined());
});

it('says how an approval stands', () => {
  const useCase = { inForce: false, approvals: [], reviewBy: '2026-01-01' } as unknown as UseCase;
  const approved = { ...useCase, approvals: [{ role: 'privacy_officer', by: 'alice', at: '2025-01-01' }] };
  expect(standingOf(useCase, '2026-06-01').word).toBe('not approved');
  expect(standingOf(approved, '2026-06-01').word).toBe('expired');
  expect(standingOf({ ...approved, inForce: true }, '2025-06-01').word).toBe('in force');
});

it('counts the days to a review, with its last one', () => {
  const noon = Date.parse('2026-11-22T12:00:00Z');
  expect([daysLeft('2026-11-22', noon), daysLeft('2026-11-23', noon), daysLeft('2026-11-21', noon)]).toEqual([
    0, 1, -1,
  ]);
});
