import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { prometheusRules } from '../../scripts/prometheus_rules.ts';
import { has, root } from '../require.ts';
import { promtool } from './promtool.ts';

const folder = join(root, 'prometheus');
const files = (of: string) => readdirSync(join(folder, of)).map((name) => join(folder, of, name));
const { alerts } = prometheusRules();

const test = z.looseObject({
  promql_expr_test: z.array(
    z.looseObject({ expr: z.string(), exp_samples: z.array(z.looseObject({ labels: z.string() })) }),
  ),
});
const tests = files('tests').flatMap(
  (file) => z.looseObject({ tests: z.array(test) }).parse(parse(readFileSync(file, 'utf8'))).tests,
);
const proven = tests.flatMap(({ promql_expr_test }) => promql_expr_test);

describe('alert rules', () => {
  it.each(alerts.map((rule) => [`${rule.alert} ${rule.labels.window ?? ''}`, rule] as const))(
    '%s has a page, a dashboard, and tests in which it fires and is quiet',
    (_, { alert, labels, annotations }) => {
      expect(annotations.runbook_url).toBe(`docs/runbooks/${alert}.md`);
      const page = readFileSync(join(root, annotations.runbook_url), 'utf8');
      expect(page.split('\n')[0]).toBe(`# ${alert}`);
      expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
        'What it means',
        'Causes',
        'What to do',
        'To silence it',
      ]);
      const [, uid = ''] = /^\/d\/([a-z-]+)/.exec(annotations.dashboard) ?? [];
      expect(existsSync(join(root, `grafana/dashboards/${uid}.json`)), uid).toBe(true);

      const mine = proven.filter(({ expr }) =>
        expr.startsWith(`ALERTS{alertname="${alert}", alertstate="firing"`),
      );
      const labelled = [
        `severity="${labels.severity}"`,
        ...(labels.window ? [`window="${labels.window}"`] : []),
      ];
      const fires = mine.flatMap(({ exp_samples }) => exp_samples).map((sample) => sample.labels);
      expect(fires.some((sample) => labelled.every((label) => sample.includes(label)))).toBe(true);
      expect(mine.some(({ exp_samples }) => exp_samples.length === 0)).toBe(true);
    },
  );

  it('have no page too many', () => {
    const pages = readdirSync(join(root, 'docs/runbooks')).map((name) => name.replace('.md', ''));
    expect(pages.sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  });
});

describe.runIf(has('prometheus'))('Prometheus', () => {
  it('takes the rules and the examples', () => {
    promtool('check', 'rules', ...files('rules'));
    promtool('check', 'config', join(folder, 'prometheus.yml'));
    const { status, stderr } = spawnSync('amtool', ['check-config', join(folder, 'alertmanager.yml')], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });

  it('lets alerts fire and be quiet when they should', { timeout: 60_000 }, () => {
    expect(promtool('test', 'rules', ...files('tests'))).not.toContain('FAILED');
  });
});
