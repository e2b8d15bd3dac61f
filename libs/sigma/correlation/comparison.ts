import { type Compared, ends, evidenceAt, type Firing } from './firing.ts';
import type { PlanNode } from './plan.ts';
import type { Compare } from './rule.ts';
import { boundsHold } from './scanner.ts';
import {
  branch,
  distinct,
  measure,
  openTally,
  readTally,
  type SavedTally,
  savedTally,
  type Tally,
  take,
} from './tally.ts';
import type { Timeline } from './timeline.ts';

/** Time after everything. */
const never = Number.MAX_SAFE_INTEGER;

export interface ComparisonState extends Omit<Course, 'tally'> {
  readonly tally: SavedTally | null;
}

/** How far the windows of a group have come. */
interface Course {
  /** When the first window began since when the group is known; null where nothing is. */
  since: number | null;
  /** When the window begins that follows the last one that is over. */
  next: number;
  /** Beginning and value of each earlier window that had something, one behind the other, as far back as it matters. */
  earlier: readonly number[];
  /** That of the event that came last: a window with nothing in it has none of its own. */
  dataClass: number;
  /** The window that is open. */
  tally: Tally | null;
}

/**
 * Windows of one group that are compared with earlier ones. They are aligned, the end exclusive, so that of one that is
 * over a number is left. Where only `gt` and `gte` are asked, a window fires when they come to hold, once, and what comes
 * until its end joins; otherwise, and for means, it is judged when it is over, also if nothing came in it.
 *
 * An earlier window with nothing in it counts as zero (for means: not at all) once the group is known. A group is
 * known from its first event on, and forgotten when all windows that the next one would be compared with are empty.
 */
export class Comparison {
  private readonly node: PlanNode;
  private readonly compare: Compare;
  private readonly timeline: Timeline;
  private readonly course: Course;

  constructor(node: PlanNode, compare: Compare, timeline: Timeline, state?: ComparisonState) {
    this.node = node;
    this.compare = compare;
    this.timeline = timeline;
    this.course =
      state === undefined
        ? { since: null, next: 0, earlier: [], dataClass: 0, tally: null }
        : { ...state, tally: state.tally === null ? null : readTally(state.tally) };
  }

  /** Numbers and values that are kept. */
  get size(): number {
    const { earlier, tally } = this.course;
    return earlier.length / 2 + (tally === null ? 0 : distinct(tally));
  }

  /** Takes for good the events from one place to the other, which are all before `complete`; gives what they find. */
  settle(from: number, to: number, complete: number): Firing[] {
    const { course } = this;
    const firings = this.follow(course, from, to, true);
    this.closeBefore(course, this.windowOf(complete), to, firings, complete < never);
    return [...firings, ...this.running(course, to)];
  }

  /** What is found if nothing comes but the events from this place on. */
  foresee(from: number): Firing[] {
    const { tally } = this.course;
    const course = { ...this.course, tally: tally === null ? null : branch(tally) };
    const { length } = this.timeline;
    const firings = this.follow(course, from, length, false);
    return [...firings, ...this.running(course, length)];
  }

  /** Of the places below `end` those that the open window's evidence is of. */
  needed(end: number): number[] {
    const { tally } = this.course;
    return tally === null ? [] : ends(this.timeline.firstFrom(tally.compared.window), end);
  }

  /**
   * The earliest time that makes a difference when everything before it is known; Infinity where nothing is left.
   *
   * @param pending time of the first event that is not taken for good
   */
  due(pending: number | null): number {
    const { timespanMs: width, closing } = this.node;
    const { tally, since, next, earlier } = this.course;
    if (tally !== null) return tally.compared.window + width - 1;
    if (since !== null && closing) return next + width - 1;
    if (pending !== null) return this.windowOf(pending) + width - 1;
    if (since === null) return Number.POSITIVE_INFINITY;
    return (earlier.at(-2) as number) + (this.compare.windows + 1) * width - 1;
  }

  toJSON(): ComparisonState {
    const { tally, ...rest } = this.course;
    return { ...rest, tally: tally === null ? null : savedTally(tally) };
  }

  private windowOf(time: number): number {
    return Math.floor(time / this.node.timespanMs) * this.node.timespanMs;
  }

  /** Counts events into their windows. @param final whether nothing comes any more before the last of them */
  private follow(course: Course, from: number, to: number, final: boolean): Firing[] {
    const { timeline } = this;
    const firings: Firing[] = [];
    for (let at = from, next = from; at < to; at = next) {
      const time = timeline.time(at);
      while (next < to && timeline.time(next) === time) next++;
      const window = this.windowOf(time);
      this.closeBefore(course, window, to, firings, final);
      course.since ??= window;
      course.tally ??= openTally(this.comparedOf(course, window));
      for (let place = at; place < next; place++) take(course.tally, timeline.value(place));
      course.dataClass = timeline.dataClass(next - 1);
      if (!this.node.closing && course.tally.fired === null && this.holds(course.tally))
        course.tally.fired = { at: time, dataClass: course.dataClass };
    }
    return firings;
  }

  /** The finding of the window that is open. */
  private running(course: Course, to: number): Firing[] {
    const { tally } = course;
    return tally === null || tally.fired === null ? [] : [this.firing(course, tally, tally.fired.at, to)];
  }

  /** Ends the windows before this one. @param final whether nothing comes in them any more */
  private closeBefore(course: Course, window: number, to: number, firings: Firing[], final: boolean): void {
    const { closing, timespanMs: width } = this.node;
    if (course.tally !== null) {
      if (course.tally.compared.window >= window) return;
      firings.push(...this.close(course, course.tally, to, final));
    }
    for (; closing && final && course.next < window; course.next += width) {
      this.forget(course, course.next);
      if (course.since === null) return;
      const empty = openTally(this.comparedOf(course, course.next));
      firings.push(...this.judged(course, empty, to));
    }
    this.forget(course, window);
  }

  private close(course: Course, tally: Tally, to: number, final: boolean): Firing[] {
    const { closing, timespanMs, type } = this.node;
    const { window } = tally.compared;
    const found = !closing ? this.running(course, to) : final ? this.judged(course, tally, to) : [];
    const value = measure(tally, type);
    if (value !== null) course.earlier = [...course.earlier, window, value];
    course.tally = null;
    course.next = window + timespanMs;
    return found;
  }

  /** The finding of a window that is over. */
  private judged(course: Course, tally: Tally, to: number): Firing[] {
    const last = tally.compared.window + this.node.timespanMs - 1;
    return this.holds(tally) ? [this.firing(course, tally, last, to)] : [];
  }

  /** Gives up what a window that begins at `window` is not compared with, and the group where nothing is left of it. */
  private forget(course: Course, window: number): void {
    const oldest = window - this.compare.windows * this.node.timespanMs;
    const { earlier } = course;
    let keep = 0;
    while (keep < earlier.length && (earlier[keep] as number) < oldest) keep += 2;
    if (keep > 0) course.earlier = earlier.slice(keep);
    if (course.earlier.length === 0) course.since = null;
  }

  private comparedOf({ earlier, since }: Course, window: number): Compared {
    const { compare, node } = this;
    const first = window - compare.windows * node.timespanMs;
    const last = compare.kind === 'same' ? first : window;
    let sum = 0;
    let counted = 0;
    for (let i = 0; i < earlier.length; i += 2) {
      const at = earlier[i] as number;
      if (at < first || at > last) continue;
      sum += earlier[i + 1] as number;
      counted++;
    }
    const known =
      since === null
        ? 0
        : (Math.min(last + node.timespanMs, window) - Math.max(first, since)) / node.timespanMs;
    const seen = node.type === 'value_avg' ? counted : Math.max(0, known);
    return { window, seen, baseline: seen === 0 ? 0 : sum / seen };
  }

  private holds(tally: Tally): boolean {
    const { compare, node } = this;
    const { baseline, seen } = tally.compared;
    const value = measure(tally, node.type);
    if (value === null || seen < compare.least || !boundsHold(node.bounds, value)) return false;
    // Anything is infinitely more than nothing; beside less than nothing there is no ratio.
    const ratio = baseline < 0 ? Number.NaN : value / baseline;
    return boundsHold(compare.difference, value - baseline) && boundsHold(compare.ratio, ratio);
  }

  private firing(course: Course, tally: Tally, at: number, to: number): Firing {
    const { timeline } = this;
    const { window } = tally.compared;
    const end = window + this.node.timespanMs;
    const first = timeline.firstFrom(window);
    const last = Math.min(to, timeline.firstFrom(end));
    const empty = tally.events === 0;
    return {
      at,
      from: empty ? window : timeline.time(first),
      to: empty ? end - 1 : timeline.time(last - 1),
      events: tally.events,
      value: measure(tally, this.node.type),
      dataClass: tally.fired?.dataClass ?? course.dataClass,
      evidence: empty ? [] : ends(first, last).map((place) => evidenceAt(timeline, place)),
      compared: tally.compared,
    };
  }
}
