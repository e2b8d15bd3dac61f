import type { EngineEvents } from './engine.ts';
import { type PrometheusPlace, queryRange, type RangeSeries } from './prometheus.ts';
import type { Target } from './targets.ts';

export type PollTarget = Target & { readonly from: { readonly promql: string } };

export interface PollOptions {
  readonly place: PrometheusPlace | undefined;
  readonly targets: readonly PollTarget[];
  /** The newest step of any series of a target; -1 where it has none. */
  readonly newest: (target: Target) => number;
  /** @param asked how many steps were asked for, and when, epoch seconds */
  readonly answered: (
    target: Target,
    series: readonly RangeSeries[],
    asked: { readonly steps: number; readonly now: number },
  ) => Promise<void>;
  readonly events: Pick<EngineEvents, 'log' | 'queried'>;
}

export interface Polls {
  /** Asks for what came since the last answer. @param now epoch seconds */
  readonly poll: (now: number) => Promise<void>;
  /** Why the last question of a target failed, by its name. */
  readonly faults: ReadonlyMap<string, string>;
  readonly away: () => { readonly away?: string };
}

/** Seconds of history that a new target is asked for. */
const history = 28 * 86_400;
/** Steps asked for at once: Prometheus refuses above 11,000, and answers of many series are to stay small. */
const piece = 2_000;
const atOnce = 4;

/**
 * Asks a Prometheus, every step and after a gap alike, for what came since its last answer. One that does not answer is
 * asked again at the next step; what it has by then is not lost.
 */
export function createPolls({ place, targets, newest, answered, events }: PollOptions): Polls {
  const faults = new Map<string, string>();
  /** The last step that each target was answered for. */
  const asked = new Map<string, number>();
  let away: string | undefined;
  let round = 0;

  /** Why it gave no answer, where it did not. */
  async function catchUp(at: PrometheusPlace, target: PollTarget, now: number): Promise<Fault | undefined> {
    const { name, step, from } = target;
    const to = Math.floor(now / step);
    const oldest = to - Math.round(history / step) + 1;
    let next = Math.max(oldest, (asked.get(name) ?? newest(target)) + 1);
    while (next <= to) {
      const end = Math.min(to, next + piece - 1);
      const query = { promql: from.promql, from: next * step, to: end * step, step };
      const answer = await queryRange(at, query);
      if (!answer.ok) {
        events.queried('failed');
        return answer;
      }
      events.queried(answer.series.length === 0 ? 'empty' : 'ok');
      await answered(target, answer.series, { steps: end - next + 1, now });
      asked.set(name, end);
      next = end + 1;
    }
    return undefined;
  }

  /** One that answers nobody is told of once, and not for each target. */
  function tell(found: ReadonlyMap<string, Fault>, answers: number): void {
    const nobody = answers === 0 ? [...found.values()].find((fault) => fault.away)?.reason : undefined;
    if (nobody !== undefined && away === undefined)
      events.log('warn', { reason: nobody }, 'Prometheus does not answer; it is asked again every minute');
    if (nobody === undefined && away !== undefined && answers > 0)
      events.log('info', {}, 'Prometheus answers again');
    away = nobody;
    for (const [name, { reason }] of found) {
      if (nobody === undefined && faults.get(name) !== reason)
        events.log('warn', { target: name, reason }, 'Prometheus gave no values for a target');
      faults.set(name, reason);
    }
  }

  return {
    faults,
    away: () => (away === undefined ? {} : { away }),
    async poll(now) {
      if (place === undefined || targets.length === 0) return;
      // Nobody is always the last: where it is slow, a round may end before all were asked.
      const first = round++ % targets.length;
      const waiting = [...targets.slice(first), ...targets.slice(0, first)];
      const found = new Map<string, Fault>();
      let answers = 0;
      let unanswered = 0;
      const worker = async () => {
        for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
          if (unanswered >= atOnce) return;
          const fault = await catchUp(place, target, now);
          if (fault === undefined) {
            answers++;
            faults.delete(target.name);
          } else found.set(target.name, fault);
          if (fault?.away) unanswered++;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      tell(found, answers);
    },
  };
}

interface Fault {
  readonly reason: string;
  readonly away: boolean;
}
