/** How long values keep their pseudonyms. */
export const epochLengths = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type EpochLength = (typeof epochLengths)[number];

/** A span within which a value has one pseudonym. */
export interface Epoch {
  /** Epoch milliseconds, a midnight in UTC. */
  readonly begins: number;
  /** The beginning of the next. */
  readonly ends: number;
  /** Its first day, `20261101`. */
  readonly label: string;
}

const dayMs = 86_400_000;
/** 1970-01-05, a Monday. */
const firstMonday = 4 * dayMs;

/** The epoch of a time, in UTC. @param time epoch milliseconds */
export function epochAt(time: number, length: EpochLength): Epoch {
  const [begins, ends] = boundsOf(time, length);
  return { begins, ends, label: new Date(begins).toISOString().slice(0, 10).replaceAll('-', '') };
}

function boundsOf(time: number, length: EpochLength): readonly [number, number] {
  if (length === 'day') return spanOf(time, dayMs, 0);
  if (length === 'week') return spanOf(time, 7 * dayMs, firstMonday);
  const months = { month: 1, quarter: 3, year: 12 }[length];
  const date = new Date(time);
  const first = date.getUTCMonth() - (date.getUTCMonth() % months);
  return [Date.UTC(date.getUTCFullYear(), first), Date.UTC(date.getUTCFullYear(), first + months)];
}

function spanOf(time: number, span: number, origin: number): readonly [number, number] {
  const begins = Math.floor((time - origin) / span) * span + origin;
  return [begins, begins + span];
}
