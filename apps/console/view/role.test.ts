import { expect, it } from 'vitest';
import { routes } from '../../api/routes/index.ts';
import { type Duty, mayDo } from './role.ts';

const all = ['viewer', 'analyst', 'engineer', 'privacy_officer', 'admin'];

it.each<[Duty, string]>([
  ['triage', 'alerts.change'],
  ['triage', 'cases.list'],
  ['triage', 'exceptions.add'],
  ['triage', 'dead_letters.totals'],
  ['engineer', 'dead_letters.replay'],
  ['engineer', 'rules.release'],
  ['inventory', 'privacy.fields'],
  ['audit', 'audit.search'],
  ['administer', 'users.add'],
])('%s is for whom %s is', (duty, name) => {
  const policy = routes.find((route) => route.name === name)?.policy;
  const roles = policy !== undefined && 'roles' in policy ? policy.roles : undefined;
  expect(all.filter((role) => mayDo(duty, [role]))).toEqual(
    all.filter((role) => roles?.some((one) => one === role)),
  );
  expect(mayDo(duty, [])).toBe(false);
});
