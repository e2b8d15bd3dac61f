import { type RuleCosts, total } from '@tidewatch/sigma';

/** What one rule may cost. Shares are of the time that goes into events, so that an idle system blames nobody. */
export interface RuleBudget {
  /** Over so much time spent on events, milliseconds. */
  readonly windowMs: number;
  /** Share from which a rule is flagged, 0 to 1. */
  readonly flag: number;
  /** Share of evaluation alone from which, over a whole window, it is quarantined. */
  readonly quarantine: number;
  /** What costs less than so many microseconds an event, of all events, is never blamed: of three rules each has its share. */
  readonly leastMicroseconds: number;
  /** A single evaluation that takes longer quarantines its rule, milliseconds. */
  readonly limitMs: number;
}

export const usualBudget: RuleBudget = {
  windowMs: 60_000,
  flag: 0.1,
  quarantine: 0.5,
  leastMicroseconds: 20,
  limitMs: 1_000,
};

/** A window moves on by so many parts of it. */
const parts = 6;

/** What was known at one time; by the rule's number, milliseconds. */
interface Point {
  readonly time: number;
  readonly events: number;
  readonly evaluating: Float64Array;
  readonly explaining: Float64Array;
}

/** What each rule cost over the last while. */
export interface CostWindow {
  readonly costs: RuleCosts;
  /** Judges what is new: true where a part of the window has passed since it last did. */
  move(budget: RuleBudget): boolean;
  /** The rule's share of the time that went into events, 0 to 1, explanations included. */
  share(rule: number): number;
  flagged(rule: number): boolean;
  /** Those over the budget for quarantine for all of the window. */
  excessive(): readonly number[];
  /** Counts a rule from now on. */
  forget(rule: number): void;
  /** The same window over figures that follow these. @param from by number, the rule's number here; -1 for a new one */
  continue(costs: RuleCosts, from: readonly number[]): CostWindow;
}

export function createCostWindow(costs: RuleCosts, before: readonly Point[] = []): CostWindow {
  const points: Point[] = before.length === 0 ? [pointOf(costs)] : [...before];
  const rules = costs.stopped.length;
  const shares = new Float64Array(rules);
  const flags = new Uint8Array(rules);
  let excessive: number[] = [];

  function judge(budget: RuleBudget, now: Point): void {
    const { windowMs, flag, quarantine, leastMicroseconds } = budget;
    const then = points[0] as Point;
    const time = Math.max(now.time - then.time, Number.MIN_VALUE);
    const least = ((now.events - then.events) * leastMicroseconds) / 1_000;
    const whole = time >= windowMs;
    excessive = [];
    for (let rule = 0; rule < rules; rule++) {
      const evaluating = at(now.evaluating, rule) - at(then.evaluating, rule);
      const all = evaluating + at(now.explaining, rule) - at(then.explaining, rule);
      shares[rule] = all / time;
      // Who is flagged stays so until it is clearly below: else it would come and go.
      flags[rule] = all >= least && all / time >= (flags[rule] === 1 ? flag / 2 : flag) ? 1 : 0;
      if (whole && evaluating >= least && evaluating / time >= quarantine) excessive.push(rule);
    }
  }

  return {
    costs,
    move(budget) {
      const now = pointOf(costs);
      if (now.time - (points.at(-1) as Point).time < budget.windowMs / parts) return false;
      while (points.length > 1 && now.time - (points[1] as Point).time >= budget.windowMs) points.shift();
      judge(budget, now);
      points.push(now);
      return true;
    },
    share: (rule) => shares[rule] ?? 0,
    flagged: (rule) => flags[rule] === 1,
    excessive: () => excessive,
    forget(rule) {
      const { evaluating, explaining } = pointOf(costs);
      for (const point of points) {
        point.evaluating[rule] = at(evaluating, rule);
        point.explaining[rule] = at(explaining, rule);
      }
      shares[rule] = 0;
      flags[rule] = 0;
    },
    continue(next, from) {
      // Figures of a rule that is new or has changed begin at nothing.
      const follow = (old: Float64Array, now: Float64Array): Float64Array =>
        Float64Array.from(from, (number, rule) => Math.min(number < 0 ? 0 : at(old, number), at(now, rule)));
      const moved = points.map((point) => ({
        ...point,
        evaluating: follow(point.evaluating, next.evaluating),
        explaining: follow(point.explaining, next.explaining),
      }));
      return createCostWindow(next, moved);
    },
  };
}

function pointOf({ totals, evaluating, explaining }: RuleCosts): Point {
  const explained = explaining.reduce((sum, time) => sum + time, 0);
  return {
    time: at(totals, total.evaluating) + explained,
    events: at(totals, total.events),
    evaluating: evaluating.slice(),
    explaining: explaining.slice(),
  };
}

const at = (figures: Float64Array, place: number): number => figures[place] as number;
