import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseJson } from '@tidewatch/event';
import { createSigmaEngine, loadRules } from '@tidewatch/sigma';
import { describe, expect, it } from 'vitest';
import { createCostWindow, usualBudget } from '../../apps/detector/rule_budget.ts';
import { rulePaths, sigmahq } from '../bench/sigma/rules.ts';
import { windowsEvents } from '../bench/sigma/windows_events.ts';

const regression = join(sigmahq, 'regression_data');
const present = existsSync(regression);
if (!present) console.log(`skipped: the SigmaHQ rules are not at ${sigmahq}`);

/** Events that rules are tested with: each matches one, so that many are run on them. */
function regressionEvents(): JsonObject[] {
  return readdirSync(regression, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const parsed = parseJson(readFileSync(join(regression, name), 'utf8'));
      return parsed.ok && isObject(parsed.value) ? [parsed.value] : [];
    });
}

describe.skipIf(!present)('the SigmaHQ rules', () => {
  it('are far from their budget on any usual events', { timeout: 120_000 }, async () => {
    const { rules } = await loadRules({ paths: rulePaths });
    const engine = createSigmaEngine(rules);
    const usual = [...windowsEvents(2_000, 1, Date.parse('2026-11-01T00:00:00Z'))];
    const tests = regressionEvents();
    expect(tests.length).toBeGreaterThan(50);
    for (const events of [usual, tests]) {
      const window = createCostWindow(engine.costs);
      const budget = { ...usualBudget, windowMs: 10_000 };
      // Judged over whole windows: a pause of the process in the first part of one is blamed on whoever was running.
      for (let judged = 0; judged < 8; ) {
        for (const event of events) engine.evaluate(event);
        if (window.move(budget)) judged++;
      }
      const blamed = rules.filter((_, rule) => window.flagged(rule)).map(({ title }) => title);
      expect([...blamed, ...window.excessive()]).toEqual([]);
    }
    expect(Math.max(...engine.costs.worst)).toBeLessThan(usualBudget.limitMs / 5);
  });
});
