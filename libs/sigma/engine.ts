import type { JsonObject, SigmaExplanation } from '@tidewatch/event';
import { type CompiledNode, compileDetection } from './compile.ts';
import { type EventInput, EventReader } from './event/event_reader.ts';
import { explain } from './explain.ts';
import { explainMiss, explainMissedSource, type SigmaMiss } from './explain_miss.ts';
import { createLogSourceMatcher, type WindowsTable } from './logsources.ts';
import { outlineOf } from './outline.ts';
import { createRouter } from './router.ts';
import type { SigmaRule } from './rule.ts';
import { createCostMeter, createRuleCosts, progress, type RuleCosts } from './rule_costs.ts';
import { createRuleIndex } from './rule_index.ts';
import { windowsTable } from './windows_sources.ts';

/** A rule that matched an event. */
export interface RuleHit {
  readonly rule: SigmaRule;
  /** Why it matched, to be asked before the engine is given another event; null where the rule was stopped meanwhile. */
  explain(): SigmaExplanation | null;
}

export interface SigmaEngineOptions {
  /** Replaces the built-in table of the Windows event log; see `loadThorTable`. */
  readonly windows?: WindowsTable;
  /** Fields to be read besides those that the rules ask for, for {@link SigmaEngine.textsOf}. */
  readonly fields?: Iterable<string>;
  /** Told once of a rule that threw on an event; it is stopped, the others go on. */
  readonly onFault?: (rule: SigmaRule, error: Error) => void;
}

export interface SigmaEngine {
  readonly rules: readonly SigmaRule[];
  /** What they cost, in their order; to stop one, write it there. */
  readonly costs: RuleCosts;
  /** The rules that match, in their order; undefined where bytes are no JSON object. */
  evaluate(event: JsonObject): RuleHit[];
  evaluate(event: EventInput): RuleHit[] | undefined;
  /** The texts of a field's values in the event that was evaluated last, as rules read them; none where it is absent. */
  textsOf(field: string): string[];
  /** Why a rule matches an event; null where it does not, or is not among the rules. */
  explain(event: EventInput, ruleId: string): SigmaExplanation | null;
  /** Why a rule does not match an event; null where it does, is not among the rules, or is stopped. */
  explainMiss(event: EventInput, ruleId: string): SigmaMiss | null;
  /** As {@link evaluate}, without index and routing's shortcuts: every rule of a fitting log source is run. For tests. */
  scan(event: EventInput): RuleHit[];
}

/**
 * Makes an engine of rules: some milliseconds for each thousand of them. What more there is to do blocks, too, when events
 * first ask for it: an index when the first event of a log source comes, and a rule when it is first a candidate.
 */
export function createSigmaEngine(
  rules: readonly SigmaRule[],
  options: SigmaEngineOptions = {},
): SigmaEngine {
  const windows = options.windows ?? windowsTable;
  const matcher = createLogSourceMatcher(windows);
  const fields = new Set(options.fields);
  for (const { detection } of rules) for (const field of outlineOf(detection).fields) fields.add(field);
  const reader = new EventReader(fields, matcher);
  /** Made when a rule is first a candidate, which most never are. */
  const compiled: (CompiledNode | undefined)[] = Array.from({ length: rules.length });
  const numbers = new Map(rules.map(({ id }, number) => [id, number]));
  const index = createRuleIndex(rules, reader);
  const router = createRouter(rules, index, matcher);
  const costs = createRuleCosts(rules.length);
  const { evaluations, explaining, stopped, progress: at } = costs;
  const meter = createCostMeter(costs, (rule) => {
    // Another run: whoever watches how long one takes must not add it to the first.
    nextMark();
    holds(rule);
  });
  const marks = new Int32Array(rules.length);
  let mark = 0;
  const considered = new Int32Array(rules.length);
  let count = 0;
  let found: number[] = [];
  let wanted: Uint8Array = stopped;

  const consider = (rule: number): void => {
    if (wanted[rule] === 0 || marks[rule] === mark) return;
    marks[rule] = mark;
    considered[count++] = rule;
    evaluations[rule] = (evaluations[rule] as number) + 1;
    if (holds(rule)) found.push(rule);
  };

  function nextMark(): void {
    // As the marks are kept: it wraps around after two thousand million events.
    mark = (mark + 1) | 0;
    at[progress.events] = mark;
  }

  function nodeOf(rule: number): CompiledNode {
    let node = compiled[rule];
    if (node === undefined) {
      node = compileDetection((rules[rule] as SigmaRule).detection, reader);
      compiled[rule] = node;
    }
    return node;
  }

  function holds(rule: number): boolean {
    if (stopped[rule] === 1) return false;
    at[progress.rule] = rule + 1;
    try {
      return nodeOf(rule).test();
    } catch (error) {
      stopped[rule] = 1;
      options.onFault?.(rules[rule] as SigmaRule, error as Error);
      return false;
    }
  }

  const hits = (): RuleHit[] =>
    found
      .sort((a, b) => a - b)
      .map((rule) => ({ rule: rules[rule] as SigmaRule, explain: () => explainRead(rule) }));

  /** Why a rule matches the event that was read last. */
  function explainRead(rule: number): SigmaExplanation | null {
    const started = performance.now();
    nextMark();
    const explanation = holds(rule) ? explain(rules[rule] as SigmaRule, nodeOf(rule), reader) : null;
    at[progress.rule] = 0;
    explaining[rule] = (explaining[rule] as number) + performance.now() - started;
    return explanation;
  }

  function evaluate(event: JsonObject): RuleHit[];
  function evaluate(event: EventInput): RuleHit[] | undefined;
  function evaluate(event: EventInput): RuleHit[] | undefined {
    const started = meter.due() ? performance.now() : 0;
    if (!reader.read(event)) return undefined;
    const route = router(reader.facts);
    wanted = route.rules;
    found = [];
    nextMark();
    count = 0;
    index.candidates(reader, route.reach, consider);
    for (const rule of route.always) consider(rule);
    meter.note(considered, count, started === 0 ? 0 : performance.now() - started);
    at[progress.rule] = 0;
    return found.length === 0 ? [] : hits();
  }

  return {
    rules,
    costs,
    evaluate,
    textsOf(field) {
      const id = reader.idOf(field);
      if (id === undefined) return [];
      return Array.from({ length: reader.count(id) }, (_, i) => reader.cell(id, i).text);
    },
    scan(event) {
      if (!reader.read(event)) return [];
      wanted = router(reader.facts).rules;
      found = [];
      for (let rule = 0; rule < rules.length; rule++) if (wanted[rule] === 1 && holds(rule)) found.push(rule);
      return hits();
    },
    explain(event, ruleId) {
      const number = numbers.get(ruleId);
      if (number === undefined) return null;
      reader.read(event);
      return router(reader.facts).rules[number] === 1 ? explainRead(number) : null;
    },
    explainMiss(event, ruleId) {
      const number = numbers.get(ruleId);
      if (number === undefined) return null;
      reader.read(event);
      const rule = rules[number] as SigmaRule;
      if (router(reader.facts).rules[number] === 0)
        return explainMissedSource(rule, reader.facts, matcher, windows);
      if (holds(number) || stopped[number] === 1) return null;
      return explainMiss(rule, nodeOf(number), reader);
    },
  };
}
