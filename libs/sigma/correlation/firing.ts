import { range, type Timeline } from './timeline.ts';

/** An event that a finding rests on. */
export interface Evidence {
  readonly time: number;
  readonly id: string;
  /** Which of the correlation's rules it matched. */
  readonly input: number;
}

/** Earlier windows that a window was compared with. */
export interface Compared {
  /** Their mean, or the value of the one that is compared with. */
  readonly baseline: number;
  /** How many of them were seen. */
  readonly seen: number;
  /** When the window begins that was compared, epoch milliseconds. */
  readonly window: number;
}

/** A way that nobody can have gone in the time. Places as `geoPointOf` writes them, times epoch milliseconds. */
export interface Journey {
  readonly from: string;
  readonly to: string;
  readonly departed: number;
  readonly arrived: number;
  readonly km: number;
}

/** A condition that came to hold, and what came on top until the correlation was ready again. */
export interface Firing {
  /** When the condition came to hold (event time); of a closing window, its end. */
  readonly at: number;
  /** Times of the first and the last event that it counts. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  /** What was compared, when it fired. */
  readonly value: number | null;
  /** Number of the data class of the event that made it fire. */
  readonly dataClass: number;
  /** What it rests on, in order of time: bounded, and so many of the events that came on top. */
  readonly evidence: readonly Evidence[];
  readonly compared?: Compared;
  readonly journey?: Journey;
}

/** Of a window's events the first and the last few are kept as evidence, and the last few that came on top. */
const firstOnes = 5;
const lastOnes = 5;

/** Of a window's places those of the first and of the last, and of what came on top, as evidence keeps them. */
export function ends(from: number, to: number): number[] {
  if (to - from <= firstOnes + 2 * lastOnes) return range(from, to);
  return [...range(from, from + firstOnes), ...range(to - 2 * lastOnes, to)];
}

export const evidenceAt = (timeline: Timeline, at: number): Evidence => ({
  time: timeline.time(at),
  id: timeline.id(at),
  input: timeline.input(at),
});

/**
 * @param places what it rests on, ascending; null for the whole window
 * @param window places from (inclusive) and to (exclusive)
 */
export function fire(
  timeline: Timeline,
  at: number,
  window: { readonly from: number; readonly to: number },
  places: readonly number[] | null,
  value: number | null,
  journey?: Journey,
): Firing {
  const { from, to } = window;
  const counted = places ?? range(from, to);
  const few = counted.length <= firstOnes + lastOnes;
  const chosen = few ? counted : [...counted.slice(0, firstOnes), ...counted.slice(-lastOnes)];
  return {
    at,
    from: timeline.time(counted[0] ?? from),
    to: timeline.time(to - 1),
    events: counted.length,
    value,
    dataClass: timeline.dataClass(to - 1),
    evidence: chosen.map((place) => evidenceAt(timeline, place)),
    ...(journey === undefined ? {} : { journey }),
  };
}

/** The same firing with events that came while the correlation was not ready again. */
export function extend(firing: Firing, timeline: Timeline, from: number, to: number): Firing {
  const room = firstOnes + 2 * lastOnes;
  const fresh = range(Math.max(from, to - lastOnes), to).map((place) => evidenceAt(timeline, place));
  const evidence = [...firing.evidence, ...fresh];
  // What made it fire stays; of what came on top the last.
  if (evidence.length > room) evidence.splice(room - lastOnes, evidence.length - room);
  return { ...firing, to: timeline.time(to - 1), events: firing.events + (to - from), evidence };
}
