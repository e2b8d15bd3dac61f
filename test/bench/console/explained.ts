import { join } from 'node:path';
import type { EcsEvent, Explanation } from '@tidewatch/event';
import { createSigmaEngine, loadRules, type SigmaRule } from '@tidewatch/sigma';
import { shippedDispatch } from '../../../apps/tidewatch/parsers/sources.ts';
import { findTestFiles, readTests } from '../../../apps/tidewatch/sigma/test/files.ts';
import { happenings } from '../../../apps/tidewatch/sigma/test/happen.ts';
import type { RunningServer } from '../../e2e/server.ts';
import { root } from '../../require.ts';
import { withoutHighlighted } from './without_highlighted.ts';

interface Alert {
  readonly id: string;
  readonly detector: { readonly engine: string; readonly id: string; readonly title: string };
  readonly matches: readonly { readonly event: EcsEvent; readonly explanation: Explanation }[];
}

/** What explanations of rules on single events are worth. */
export interface Explained {
  readonly matches: number;
  /** How many rules matched, and how many there are. */
  readonly rules: number;
  readonly of: number;
  /** Titles of rules with a match whose explanation names nothing. */
  readonly silent: readonly string[];
  /** Titles of rules that still match an event without what was highlighted in it. */
  readonly deaf: readonly string[];
}

const folder = join(root, 'rules');

/** All shipped rules, on the events of the tests beside them, read as the stream reads them. */
export async function explainedScenes(): Promise<Explained> {
  const { rules } = await loadRules({ paths: [folder] });
  const parsers = await shippedDispatch(root);
  const engine = createSigmaEngine(rules);
  const judge = createJudge(rules);
  for (const file of await findTestFiles([folder])) {
    const read = await readTests(file);
    if (!read.ok) throw new Error(`${file} cannot be read.`);
    for (const test of read.tests) {
      const steps = new Set<number>();
      for (const happening of happenings(test, parsers)) {
        if (!happening.ok) throw new Error(`${file}, ${test.name}: ${happening.reason}`);
        // Its repetitions say nothing else.
        if (steps.has(happening.step)) continue;
        steps.add(happening.step);
        const { event } = happening;
        for (const { rule } of engine.evaluate(event)) judge.see(rule, event, engine.explain(event, rule.id));
      }
    }
  }
  return judge.verdict();
}

/** The shipped rules, on the events of the alerts that a server shows, as it stored both. */
export async function explainedAlerts(server: RunningServer): Promise<Explained> {
  const { rules } = await loadRules({ paths: [folder] });
  const judge = createJudge(rules);
  const { items } = await server.api<{ items: Alert[] }>('/api/alerts?limit=500&from=now-24h');
  for (const { id, detector } of items.filter((one) => one.detector.engine === 'sigma')) {
    const { matches } = await server.api<Alert>(`/api/alerts/${encodeURIComponent(id)}`);
    const rule = rules.find((each) => each.id === detector.id);
    if (rule === undefined) throw new Error(`${detector.title} is no shipped rule.`);
    for (const { event, explanation } of matches) judge.see(rule, event, explanation);
  }
  return judge.verdict();
}

function createJudge(rules: readonly SigmaRule[]) {
  const engines = new Map<string, ReturnType<typeof createSigmaEngine>>();
  const silent = new Set<string>();
  const deaf = new Set<string>();
  let matches = 0;
  const alone = (rule: SigmaRule) => {
    const known = engines.get(rule.id);
    if (known !== undefined) return known;
    const engine = createSigmaEngine([rule], {
      onFault: (_, error) => {
        throw error;
      },
    });
    engines.set(rule.id, engine);
    return engine;
  };
  return {
    see(rule: SigmaRule, event: EcsEvent, explanation: Explanation | null): void {
      matches++;
      const engine = alone(rule);
      if (engine.evaluate(event).length === 0) throw new Error(`${rule.title} misses its own event.`);
      if (explanation?.engine !== 'sigma' || explanation.items.length === 0) silent.add(rule.title);
      else if (engine.evaluate(withoutHighlighted(event, explanation.items)).length > 0) deaf.add(rule.title);
    },
    verdict: (): Explained => ({
      ...{ matches, rules: engines.size, of: rules.length },
      ...{ silent: [...silent], deaf: [...deaf] },
    }),
  };
}
