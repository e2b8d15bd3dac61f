import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { createSigmaEngine, type SigmaEngine } from './engine.ts';
import { ruleWith } from './engine_fixture.ts';
import { parseRuleFile } from './parse.ts';
import { createRuleCosts, total } from './rule_costs.ts';

/** Rules `a` (slow on long values), `b` (quick), `c` (of nothing that comes). */
function threeRules() {
  const slow = Array.from({ length: 300 }, (_, i) => `      - q${i}x?z`).join('\n');
  const documents = [
    ruleWith(`  s:\n    f|contains:\n${slow}\n  t:\n    g: 1\n  condition: t and not s`).replace(
      'rule-1',
      'a',
    ),
    ruleWith('  s:\n    g: 1\n  condition: s').replace('rule-1', 'b'),
    ruleWith('  s:\n    h: 1\n  condition: s').replace('rule-1', 'c'),
  ];
  return createSigmaEngine(parseRuleFile(documents.join('---\n'), 'r.yml').rules);
}

/** Until rule `a` was looked at with a clock some times, which is by chance and by time; answers how many events it took. */
function evaluateUntilMeasured(engine: SigmaEngine, event: (i: number) => JsonObject): number {
  const { evaluating } = engine.costs;
  let measured = 0;
  let events = 0;
  for (let before = 0; measured < 3 && events < 1_000_000; events++) {
    engine.evaluate(event(events));
    const now = evaluating[0] as number;
    if (now > before) measured++;
    before = now;
  }
  return events;
}

/** A pause of the machine may fall into the one measurement that counts. */
const paused = { retry: 3 };

describe('what rules cost', () => {
  it('is counted by evaluation, and shared in proportion to the time taken', paused, () => {
    const engine = threeRules();
    const event: JsonObject = { f: 'qz'.repeat(100), g: 1 };
    const { evaluations, evaluating, worst, totals } = engine.costs;
    const events = evaluateUntilMeasured(engine, () => event);
    expect([...evaluations]).toEqual([events, events, 0]);
    expect(totals[total.events]).toBe(events);
    expect(totals[total.evaluations]).toBe(2 * events);
    const [a = 0, b = 0, c] = evaluating;
    expect(c).toBe(0);
    expect(a).toBeGreaterThan(5 * b);
    expect(worst[0]).toBeGreaterThan(0);
  });

  it('is found where one event in twenty takes nearly all the time', paused, () => {
    const engine = threeRules();
    const long = { f: 'qz'.repeat(2_000), g: 1 };
    const events = evaluateUntilMeasured(engine, (i) => (i % 20 === 0 ? long : { f: 'q', g: 1 }));
    const { evaluating, worst } = engine.costs;
    const [a = 0, b = 0] = evaluating;
    expect(a).toBeGreaterThan(5 * b);
    // It is not the others' few microseconds.
    expect((events * (worst[0] as number)) / a).toBeGreaterThan(3);
  });

  it('knows what explaining took apart from evaluating', () => {
    const engine = threeRules();
    engine.explain({ g: 1 }, 'b');
    expect(engine.costs.explaining[1]).toBeGreaterThan(0);
    expect(engine.costs.evaluations[1]).toBe(0);
  });

  it('stops a rule that another thread stops, and no other', () => {
    const engine = threeRules();
    const elsewhere = createRuleCosts(3, engine.costs.memory);
    elsewhere.stopped[1] = 1;
    expect(engine.evaluate({ g: 1 }).map(({ rule }) => rule.id)).toEqual(['a']);
    elsewhere.stopped[1] = 0;
    expect(engine.evaluate({ g: 1 })).toHaveLength(2);
    expect(elsewhere.evaluations[0]).toBe(2);
  });
});
