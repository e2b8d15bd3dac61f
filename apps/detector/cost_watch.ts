import { createRuleCosts, progress, type RuleCosts, total } from '@tidewatch/sigma';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import type { LoadedRules, RuleFault, RuleInfo } from './protocol.ts';
import type { Quarantine, QuarantineCause, Quarantined } from './quarantine.ts';
import { type CostWindow, createCostWindow, type RuleBudget } from './rule_budget.ts';

export interface CostWatchDeps {
  readonly quarantine: Quarantine;
  readonly budget: () => RuleBudget;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Ends the thread, since an evaluation in it does not end. */
  readonly interrupt: () => void;
  /** Told of all at the start and whenever that changes, and of the one that was added. */
  readonly onQuarantine?: (quarantined: readonly Quarantined[], added?: Quarantined) => void;
}

/** What a rule cost since the process started, or since it changed. */
export interface RuleCost {
  /** How often it was run. */
  readonly evaluations: number;
  /** Seconds that took, estimated; of the longest that was measured; and that explaining its matches took. */
  readonly seconds: number;
  readonly worstSeconds: number;
  readonly explainingSeconds: number;
  /** Share of the time that goes into events, of late; 0 to 1. */
  readonly share: number;
  readonly flagged: boolean;
}

/** Watches what rules cost while events are looked at, and stops those that cost too much. */
export interface CostWatch {
  /** Takes over the figures of rules that come into force. */
  follow(loaded: LoadedRules): void;
  /** Has events looked at, and watches until that settles. */
  during<T>(look: () => Promise<T>): Promise<T>;
  fault(fault: RuleFault): void;
  /** Undefined for what is not run on events. */
  cost(rule: string): RuleCost | undefined;
  /** Lets a rule run again; false where it was not in quarantine. */
  release(rule: string): boolean;
  close(): Promise<void>;
}

/** What does not end after so many times the limit is ended with its thread. */
const patience = 5;
const longestTickMs = 250;
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** An evaluation, by the number of its rule, from 1, and of its event. */
interface Run {
  readonly rule: number;
  readonly event: number;
}
const nothing: Run = { rule: 0, event: 0 };
const underWayIn = ({ progress: at }: RuleCosts): Run => ({
  rule: at[progress.rule] as number,
  event: at[progress.events] as number,
});
const isSame = (one: Run, other: Run): boolean =>
  one.rule !== 0 && one.rule === other.rule && one.event === other.event;

export function createCostWatch(deps: CostWatchDeps): CostWatch {
  const { quarantine, metrics, log } = deps;
  let infos = new Map<string, RuleInfo>();
  let ids: readonly string[] = [];
  let numbers = new Map<string, number>();
  let window: CostWindow = createCostWindow(createRuleCosts(0));
  let flagged = new Set<string>();
  let counted = { evaluating: 0, evaluations: 0 };
  let timer: NodeJS.Timeout | undefined;
  let underWay = 0;
  let seen = { ...nothing, ticks: 0 };
  /** What was under way as its rule was released: it was begun before, and blames nobody. */
  let spared = nothing;

  function stop(rule: string, cause: QuarantineCause, reason: string): void {
    const info = infos.get(rule);
    const number = numbers.get(rule);
    if (info === undefined || number === undefined) return;
    window.costs.stopped[number] = 1;
    if (quarantine.get(rule) !== undefined) return;
    const added = quarantine.add(info, cause, reason);
    metrics.count('detection_quarantines_total', { cause });
    log.error(
      { rule, title: info.title, file: info.file, cause, reason },
      'A rule is in quarantine: it is not run until it changes or is released',
    );
    tell(added);
  }

  function tell(added?: Quarantined): void {
    const held = quarantine.list();
    metrics.set('detection_rules_quarantined', {}, held.length);
    deps.onQuarantine?.(held, added);
  }

  function judge(budget: RuleBudget): void {
    if (!window.move(budget)) return;
    for (const number of window.excessive())
      stop(
        ids[number] as string,
        'cost',
        `It took ${percent(window.share(number))} of the time that went into events, and may take ${percent(budget.quarantine)}.`,
      );
    const now = new Set(ids.filter((rule, number) => window.flagged(number) && !quarantine.get(rule)));
    for (const rule of now) {
      if (flagged.has(rule)) continue;
      const share = percent(window.share(numbers.get(rule) as number));
      log.warn(
        { rule, title: infos.get(rule)?.title, share },
        'A rule costs much of the time that goes into events',
      );
    }
    flagged = now;
    metrics.set('detection_rules_flagged', {}, flagged.size);
  }

  /** Ticks are counted rather than time, since a process that was halted is nobody's fault. */
  function watchRun(budget: RuleBudget, tickMs: number): void {
    const run = underWayIn(window.costs);
    seen = { ...run, ticks: isSame(run, seen) ? seen.ticks + 1 : 0 };
    const held = seen.ticks * tickMs;
    const id = ids[run.rule - 1];
    if (id === undefined || held < budget.limitMs) return;
    if (!isSame(run, spared))
      stop(id, 'limit', `One evaluation took longer than ${budget.limitMs / 1000} s.`);
    if (held < patience * budget.limitMs) return;
    log.error({ rule: id }, 'An evaluation does not end, so its thread is started anew');
    seen = { ...nothing, ticks: 0 };
    deps.interrupt();
  }

  function count({ totals }: RuleCosts): void {
    const [evaluating = 0, evaluations = 0] = [totals[total.evaluating], totals[total.evaluations]];
    metrics.count('detection_evaluation_seconds_total', {}, (evaluating - counted.evaluating) / 1000);
    metrics.count('detection_evaluations_total', {}, evaluations - counted.evaluations);
    counted = { evaluating, evaluations };
  }

  function begin(): void {
    // What a thread that died was at, nobody is at any more.
    if (underWay === 0) window.costs.progress[progress.rule] = 0;
    underWay++;
    const tickMs = Math.min(longestTickMs, deps.budget().limitMs / 4);
    timer ??= setInterval(() => {
      const budget = deps.budget();
      count(window.costs);
      judge(budget);
      watchRun(budget, tickMs);
      if (underWay > 0) return;
      clearInterval(timer);
      timer = undefined;
    }, tickMs).unref();
  }

  return {
    follow({ rules, costs: { ids: next, memory } }) {
      const costs = createRuleCosts(next.length, memory);
      const before = numbers;
      window =
        ids.length === 0
          ? createCostWindow(costs)
          : window.continue(
              costs,
              next.map((id) => before.get(id) ?? -1),
            );
      ids = next;
      spared = nothing;
      numbers = new Map(ids.map((id, number) => [id, number]));
      const loaded = rules.filter(({ state }) => state === 'loaded');
      infos = new Map(loaded.map((info) => [info.id, info]));
      for (const rule of quarantine.settle(loaded))
        log.info({ rule }, 'A rule has left quarantine: it changed or is gone');
      ids.forEach((id, number) => {
        costs.stopped[number] = quarantine.get(id) === undefined ? 0 : 1;
      });
      tell();
    },
    async during(look) {
      begin();
      try {
        return await look();
      } finally {
        underWay--;
      }
    },
    fault: ({ rule, message }) => stop(rule, 'failed', `It failed on an event: ${message}`),
    cost(rule) {
      const number = numbers.get(rule);
      if (number === undefined) return undefined;
      const { evaluations, evaluating, worst, explaining } = window.costs;
      return {
        evaluations: evaluations[number] as number,
        seconds: (evaluating[number] as number) / 1000,
        worstSeconds: (worst[number] as number) / 1000,
        explainingSeconds: (explaining[number] as number) / 1000,
        share: window.share(number),
        flagged: window.flagged(number),
      };
    },
    release(rule) {
      if (!quarantine.release(rule)) return false;
      const number = numbers.get(rule);
      if (number !== undefined) {
        window.forget(number);
        const run = underWayIn(window.costs);
        if (run.rule === number + 1) spared = run;
        window.costs.stopped[number] = 0;
      }
      log.info({ rule }, 'A rule was released from quarantine');
      tell();
      return true;
    },
    async close() {
      clearInterval(timer);
      await quarantine.flush();
    },
  };
}
