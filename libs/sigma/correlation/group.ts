import { Comparison, type ComparisonState } from './comparison.ts';
import { wanted } from './expression.ts';
import { extend, type Firing, fire } from './firing.ts';
import { type PlanNode, restOf } from './plan.ts';
import { createScanner, type Scanner } from './scanner.ts';
import { type Occurrence, range, Timeline } from './timeline.ts';

/** So many events of one group are kept at most; beyond that the oldest are given up, and counted. */
const mostEvents = 20_000;
/** So many findings of a group keep their evidence: the first ones, and the last. */
const mostEvidence = 10;

/** Shared by all groups that have found nothing. */
const none: readonly Firing[] = [];

export interface GroupState {
  readonly timeline: ReturnType<Timeline['toJSON']>;
  readonly done: number;
  readonly sealed: number | null;
  readonly fired: readonly Firing[];
  readonly comparison?: ComparisonState;
}

/**
 * One group of one correlation. What is final depends on the events alone, not on the order they came in: events before
 * the time up to which everything is known are judged once, in order of their own time. Those behind them are judged as
 * if nothing else were to come, which gives provisional findings.
 *
 * After firing it waits until its timespan has passed before it fires again; what comes meanwhile belongs to the finding.
 */
export class Group {
  readonly node: PlanNode;
  private readonly timeline: Timeline;
  private readonly comparison: Comparison | null;
  /** Events before this place are judged for good, */
  private done: number;
  /** and those before this time. */
  private sealed: number;
  private final: readonly Firing[];
  private tentative: readonly Firing[] = none;
  /** Events given up since this was last asked. */
  evicted = 0;

  constructor(node: PlanNode, state?: GroupState) {
    this.node = node;
    this.timeline = new Timeline(
      node.fields.length > 0,
      node.type.startsWith('temporal'),
      state?.timeline as ConstructorParameters<typeof Timeline>[2],
    );
    const { compare } = node;
    this.comparison =
      compare === undefined ? null : new Comparison(node, compare, this.timeline, state?.comparison);
    this.done = state?.done ?? 0;
    this.sealed = state?.sealed ?? Number.NEGATIVE_INFINITY;
    this.final = state?.fired ?? none;
    // When a comparison is due hangs on what it has passed on as provisional.
    if (this.comparison !== null && this.done < this.timeline.length)
      this.tentative = this.comparison.foresee(this.done);
  }

  get size(): number {
    return this.timeline.length + (this.comparison?.size ?? 0);
  }

  /** All findings that are kept, in order of time; those at or after the time of the last judgement may change yet. */
  get firings(): readonly Firing[] {
    if (this.tentative.length === 0) return this.final;
    const [first] = this.tentative;
    const last = this.final.at(-1);
    // What joins a finding that is final already.
    const settled = first !== undefined && first.at === last?.at ? this.final.slice(0, -1) : this.final;
    return [...settled, ...this.tentative];
  }

  /** Takes an occurrence that is not before what is final; false where it was there already. */
  insert(occurrence: Occurrence): boolean {
    if (occurrence.time < this.sealed) {
      this.evicted++;
      return false;
    }
    const at = this.timeline.insert(occurrence);
    if (at === -1) return false;
    if (this.timeline.length > mostEvents) this.giveUp(occurrence);
    return true;
  }

  remove(occurrence: Pick<Occurrence, 'time' | 'id' | 'input'>): void {
    this.timeline.remove(occurrence);
  }

  /** Judges for good what is before `complete`, gives up what no window can reach any more, and judges the rest anew. */
  judge(complete: number): void {
    if (this.comparison !== null) this.tally(this.comparison, complete);
    else if (this.node.closing) this.close(complete);
    else this.slide(complete);
  }

  /** Gives up findings before a time, when they are final and nobody asks for them any more. */
  forget(before: number): void {
    if (this.final.length === 0 || (this.final[0] as Firing).at >= before) return;
    this.final = this.final.filter(({ at }) => at >= before);
  }

  /** The earliest time that makes a difference when everything before it is known; Infinity where nothing is left. */
  due(): number {
    if (this.comparison !== null) return this.tallyDue(this.comparison);
    if (this.timeline.length === 0) return Number.POSITIVE_INFINITY;
    const { timespanMs, closing } = this.node;
    if (closing || this.done === this.timeline.length) return this.timeline.time(0) + timespanMs;
    return this.timeline.time(this.done);
  }

  toJSON(): GroupState {
    const sealed = Number.isFinite(this.sealed) ? this.sealed : null;
    const state = { timeline: this.timeline.toJSON(), done: this.done, sealed, fired: this.final };
    return this.comparison === null ? state : { ...state, comparison: this.comparison.toJSON() };
  }

  private tally(comparison: Comparison, known: number): void {
    const { timeline } = this;
    const complete = Math.max(known, this.sealed);
    const end = timeline.firstFrom(complete);
    for (const firing of comparison.settle(this.done, end, complete)) {
      // Of a window that goes on what was found before.
      if (this.final.at(-1)?.at === firing.at) this.final = this.final.slice(0, -1);
      this.keep(firing);
    }
    this.done = timeline.thin(end, comparison.needed(end));
    this.tentative = this.done < timeline.length ? comparison.foresee(this.done) : none;
  }

  private tallyDue(comparison: Comparison): number {
    const pending = this.done < this.timeline.length ? this.timeline.time(this.done) : null;
    // What was passed on as provisional has to be said for good when its time is known.
    const open = pending === null ? undefined : this.tentative.find(({ at }) => at >= pending);
    return Math.min(comparison.due(pending), open?.at ?? Number.POSITIVE_INFINITY);
  }

  private slide(known: number): void {
    const { timeline } = this;
    const complete = Math.max(known, this.sealed);
    const end = timeline.firstFrom(complete);
    const last = this.final.at(-1);
    if (end > this.done) {
      const { firings, scanner, low } = this.scan(this.done, end, last);
      if (last !== undefined && firings.length > 0 && firings[0]?.at === last.at)
        this.final = this.final.slice(0, -1);
      for (const firing of firings) this.keep(firing);
      this.thin(low, end, scanner, complete);
    } else if (this.done > 0 && timeline.time(0) < complete - this.node.timespanMs) {
      this.done = timeline.thin(
        this.done,
        range(timeline.firstFrom(complete - this.node.timespanMs), this.done),
      );
    }
    this.tentative =
      this.done < timeline.length ? this.scan(this.done, timeline.length, this.final.at(-1)).firings : none;
  }

  /** Of what is final, only what a window that ends at `complete` or later turns on. */
  private thin(low: number, end: number, scanner: Scanner, complete: number): void {
    const start = Math.max(low, Math.min(end, this.timeline.firstFrom(complete - this.node.timespanMs)));
    this.done = this.timeline.thin(end, scanner.needed(start, end));
  }

  /**
   * Runs the window over everything up to `end`, and fires from `start` on.
   *
   * @param last the finding before, which what comes within the timespan joins
   */
  private scan(
    start: number,
    end: number,
    last: Firing | undefined,
  ): { firings: Firing[]; scanner: Scanner; low: number } {
    const { timeline, node } = this;
    const scanner = createScanner(node, timeline);
    const firings: Firing[] = [];
    let open = last;
    let low = 0;
    let joining = start;
    // Evidence is made once for all that joins a finding, not for each event.
    const join = (to: number): void => {
      if (open === undefined || to === joining) return;
      const whole = extend(open, timeline, joining, to);
      if (firings.at(-1) === open) firings.pop();
      firings.push(whole);
      open = whole;
    };
    for (let at = 0, next = 0; at < end; at = next) {
      const time = timeline.time(at);
      while (next < end && timeline.time(next) === time) next++;
      while (timeline.time(low) < time - node.timespanMs) scanner.leave(low++);
      scanner.enter(at, next);
      if (at < start || (open !== undefined && time <= open.at + restOf(node))) continue;
      join(at);
      open = undefined;
      if (!scanner.holds(time)) continue;
      const window = { from: low, to: next };
      open = fire(timeline, time, window, scanner.evidence(), scanner.value(), scanner.journey?.());
      firings.push(open);
      joining = next;
    }
    join(end);
    return { firings, scanner, low };
  }

  /** Windows of conditions that hold only if nothing more comes: each begins with the first event after the last. */
  private close(complete: number): void {
    const { timeline, node } = this;
    for (;;) {
      const begin = this.beginning(complete);
      if (begin === undefined) return;
      const { timespanMs } = node;
      const end = timeline.time(begin) + timespanMs;
      if (end >= complete) {
        timeline.thin(begin, []);
        return;
      }
      const to = timeline.firstFrom(end + 1);
      const scanner = createScanner(node, timeline);
      scanner.enter(begin, to);
      if (scanner.holds(end))
        this.keep(fire(timeline, end, { from: begin, to }, scanner.evidence(), scanner.value()));
      timeline.thin(to, []);
    }
  }

  /** The first event that can begin a window; what is final before it is of no use. */
  private beginning(complete: number): number | undefined {
    const { timeline, node } = this;
    const beginners = node.expression === null ? null : new Set(wanted(node.expression));
    const end = timeline.firstFrom(complete);
    for (let at = 0; at < end; at++)
      // What comes in the same instant is in the window, too.
      if (beginners === null || beginners.has(timeline.input(at)))
        return timeline.firstFrom(timeline.time(at));
    timeline.thin(end, []);
    return undefined;
  }

  private keep(firing: Firing): void {
    const before = this.final.map((each, place) =>
      place < mostEvidence - 1 || each.evidence.length === 0 ? each : { ...each, evidence: [] },
    );
    this.final = [...before, firing];
  }

  /**
   * Judges the older part for good before its time, so that what it found stays found, and gives up what is still too
   * much. A window that is judged when it is over has to keep its beginning, and gives up the newest.
   */
  private giveUp(newest: Occurrence): void {
    const { timeline } = this;
    if (this.node.closing && this.comparison === null) {
      timeline.remove(newest);
      this.evicted++;
      return;
    }
    this.sealed = timeline.time(mostEvents / 2);
    this.judge(this.sealed);
    const excess = Math.min(this.done, timeline.length - (3 * mostEvents) / 4);
    if (excess <= 0) return;
    timeline.thin(excess, []);
    this.done -= excess;
    this.evicted += excess;
  }
}
