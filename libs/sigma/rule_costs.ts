/**
 * What running rules costs, in memory that threads share: the engine's thread writes it, others read along and stop rules
 * while a batch is under way. Rules go by their number among the engine's; times are milliseconds.
 */
export interface RuleCosts {
  /** How often the rule was run on an event; exact, as all that is not said to be estimated. */
  readonly evaluations: Float64Array;
  /** Time that its evaluations took, estimated. */
  readonly evaluating: Float64Array;
  /** The longest evaluation of those that were measured. */
  readonly worst: Float64Array;
  /** Time spent on explaining its matches. */
  readonly explaining: Float64Array;
  readonly totals: Float64Array;
  /** 1: the rule is not run. Whoever writes it is obeyed from the next evaluation on. */
  readonly stopped: Uint8Array;
  readonly progress: Int32Array;
  readonly memory: SharedArrayBuffer;
}

/** Places in {@link RuleCosts.totals}: events evaluated, the time it took (estimated), rules run on them. */
export const total = { events: 0, evaluating: 1, evaluations: 2 } as const;
/** Places in {@link RuleCosts.progress}: the rule that runs, from 1, 0 for none; a number that each event changes. */
export const progress = { rule: 0, events: 1 } as const;

/** @param memory of other costs of as many rules, to read along */
export function createRuleCosts(rules: number, memory?: SharedArrayBuffer): RuleCosts {
  const figures = 4 * rules + 3;
  const shared = memory ?? new SharedArrayBuffer(8 * figures + 8 + rules);
  const floats = (at: number, length: number) => new Float64Array(shared, 8 * at, length);
  return {
    evaluations: floats(0, rules),
    evaluating: floats(rules, rules),
    worst: floats(2 * rules, rules),
    explaining: floats(3 * rules, rules),
    totals: floats(4 * rules, 3),
    progress: new Int32Array(shared, 8 * figures, 2),
    stopped: new Uint8Array(shared, 8 * figures + 8, rules),
    memory: shared,
  };
}

/** One event of so many, at random, is looked at with a clock, whose reading costs as much as many a rule. */
const eventsPerClock = 16;
/** Time between two measurements: at least so much, and so many times what the last one took. */
const leastGapMs = 5;
const gapPerCost = 500;
/** An event that took so long is measured in any case, and stands for its like alone. */
const slowMs = 50;

export interface CostMeter {
  /** Whether the event that begins is one to be looked at with a clock. */
  due(): boolean;
  /** Takes what was run on an event; `took` is 0 where there was no clock. */
  note(considered: Int32Array, count: number, took: number): void;
}

/**
 * Finds out what each rule costs by sampling time rather than events, as a profiler does: now and then an evaluation is
 * repeated, rule by rule, and stands for the time since the one before. An event is so met as often as it is long, and
 * what measuring costs is bounded whatever the rules are like. Repeated because what rules share (a folded text, the
 * values of the whole event) is there by then, and so is nobody's cost.
 */
export function createCostMeter(costs: RuleCosts, run: (rule: number) => void): CostMeter {
  const { evaluating, worst, totals } = costs;
  const times = new Float64Array(costs.stopped.length);
  let wait = randomWait();
  let unmeasured = 0;
  let gap = leastGapMs;

  /** Answers what it took. @param time that the event stands for */
  function measure(considered: Int32Array, count: number, took: number, time: number): number {
    let before = performance.now();
    const began = before;
    for (let i = 0; i < count; i++) {
      run(considered[i] as number);
      const now = performance.now();
      times[i] = now - before;
      before = now;
    }
    const all = before - began;
    // The machine paused meanwhile, and some rule would be blamed for it. What measuring costs is what the event took: with
    // the pause for it, the next measurement would be far off and stand for seconds.
    if (all > 2 * took) return took;
    // All of them together took no longer the first time than the event did.
    const share = time / Math.max(took, all);
    for (let i = 0; i < count; i++) {
      const rule = considered[i] as number;
      const once = times[i] as number;
      evaluating[rule] = (evaluating[rule] as number) + once * share;
      // What took long the second time only was the machine.
      worst[rule] = Math.max(worst[rule] as number, Math.min(once, took));
    }
    return all;
  }

  function noteTime(considered: Int32Array, count: number, took: number): void {
    const time = took * eventsPerClock;
    totals[total.evaluating] = (totals[total.evaluating] as number) + time;
    if (took >= slowMs) {
      measure(considered, count, took, time);
      return;
    }
    unmeasured += time;
    if (unmeasured < gap) return;
    const cost = measure(considered, count, took, unmeasured);
    unmeasured = 0;
    gap = Math.max(leastGapMs, gapPerCost * cost) * (0.5 + Math.random());
  }

  return {
    due() {
      if (--wait > 0) return false;
      wait = randomWait();
      return true;
    },
    note(considered, count, took) {
      totals[total.events] = (totals[total.events] as number) + 1;
      totals[total.evaluations] = (totals[total.evaluations] as number) + count;
      if (took > 0) noteTime(considered, count, took);
    },
  };
}

/** Random, so as not to keep step with events that come by turns. */
const randomWait = (): number => 1 + Math.floor(Math.random() * (2 * eventsPerClock - 1));
