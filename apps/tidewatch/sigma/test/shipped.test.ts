import { join } from 'node:path';
import { loadRules, planCorrelations } from '@tidewatch/sigma';
import { describe, expect, it } from 'vitest';
import { shippedDispatch } from '../../parsers/sources.ts';
import { type FileResult, testRules } from './run.ts';

const folder = join(import.meta.dirname, '../../../../rules');
const parsers = await shippedDispatch(join(folder, '..'));
const report = await testRules([folder], { parsers });
const { rules, correlations, rejected, warnings } = await loadRules({ paths: [folder] });

describe('the tests beside the shipped rules', () => {
  it('can all be read, and leave no rule out', () => {
    expect([...report.unreadable, ...report.untested]).toEqual([]);
    expect(report.files.length).toBeGreaterThanOrEqual(80);
  });

  it.each(report.files.map((file) => [file.file.slice(folder.length + 1), file] as const))(
    '%s passes',
    (_, file) => {
      expect(file.tests.filter(({ passed }) => !passed)).toEqual([]);
    },
  );

  it('show of each rule what it finds, and what it leaves alone', () => {
    const shows = (alerts: boolean) => (file: FileResult) =>
      file.tests.some((test) => test.alerts.length > 0 === alerts);
    expect(report.files.filter((file) => !shows(true)(file)).map(({ file }) => file)).toEqual([]);
    expect(report.files.filter((file) => !shows(false)(file)).map(({ file }) => file)).toEqual([]);
  });
});

it('the shipped rules of informational level make no alerts of their own', () => {
  const { silent } = planCorrelations(rules, correlations);
  const loud = [...rules, ...correlations].filter(
    ({ id, level }) => level === 'informational' && !silent.has(id),
  );
  expect(loud.map(({ file }) => file)).toEqual([]);
});

it('the shipped rules load without a remark, one to a file', () => {
  expect([...rejected, ...warnings]).toEqual([]);
  const files = [...rules, ...correlations].map(({ file }) => file);
  expect(new Set(files).size).toBe(files.length);
});
