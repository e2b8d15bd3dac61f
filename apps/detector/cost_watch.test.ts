import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuleCosts, type RuleCosts } from '@tidewatch/sigma';
import { createFileSnapshots } from '@tidewatch/stream';
import { createMetrics } from '@tidewatch/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CostWatch, createCostWatch } from './cost_watch.ts';
import { log } from './detector.suite.ts';
import type { RuleInfo } from './protocol.ts';
import { openQuarantine, type Quarantine } from './quarantine.ts';
import { usualBudget } from './rule_budget.ts';

const rule = 'slow';
const info: RuleInfo = {
  ...{ id: rule, title: 'A slow one', level: 'low', state: 'loaded', file: 'r.yml' },
  ...{ logsource: '*/*/*', tags: [], source: 'title: A slow one' },
};

let directory: string;
let quarantine: Quarantine;
let watch: CostWatch;
let costs: RuleCosts;
let interrupted: number;
let ended: () => void;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-costs-'));
  quarantine = await openQuarantine(createFileSnapshots(directory), log);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  interrupted = 0;
  watch = createCostWatch({
    ...{ quarantine, budget: () => usualBudget, metrics: createMetrics(), log },
    interrupt: () => void interrupted++,
  });
  load();
  void watch.during(() => new Promise<void>((resolve) => (ended = resolve)));
});
afterEach(async () => {
  ended();
  vi.useRealTimers();
  await watch.close();
  await rm(directory, { recursive: true, force: true });
});

/** As a thread does that starts. */
function load(): void {
  costs = createRuleCosts(1);
  watch.follow({
    ...{ rules: [info], notices: [], plans: [], expiry: null, milliseconds: 0 },
    costs: { ids: [rule], versions: ['1'], memory: costs.memory },
  });
}
/** The rule is evaluated on an event for so long. */
function evaluate(event: number, ms: number): void {
  costs.progress.set([1, event]);
  vi.advanceTimersByTime(ms);
}

describe('an evaluation that does not end', () => {
  it('quarantines its rule once, and not again when that is released meanwhile', () => {
    evaluate(1, 2_000);
    expect(quarantine.get(rule)?.cause).toBe('limit');
    expect(watch.release(rule)).toBe(true);
    evaluate(1, 2_000);
    expect(quarantine.get(rule)).toBeUndefined();
    expect(costs.stopped[0]).toBe(0);
    evaluate(2, 2_000);
    expect(quarantine.get(rule)?.cause).toBe('limit');
  });

  it('is ended with its thread although its rule was released, and blames it when it is begun again', () => {
    evaluate(1, 2_000);
    watch.release(rule);
    evaluate(1, 5_000);
    expect([interrupted, quarantine.get(rule)]).toEqual([1, undefined]);
    load();
    evaluate(1, 2_000);
    expect(quarantine.get(rule)?.cause).toBe('limit');
  });
});
