/** How far ahead of its ingestion an event's own time may be, in milliseconds. */
const defaultAllowedSkewMs = 5 * 60_000;

export interface EventTime {
  /** The time that windows and watermarks use, epoch milliseconds. */
  readonly time: number;
  /** The event's own time could not be believed: it is too far ahead, or no time at all. */
  readonly flagged: boolean;
}

/**
 * An event counts at most as its ingestion plus the allowed skew, so that one stamped 2099 can't end every window and
 * silence detection.
 *
 * @param times epoch milliseconds; `timestamp` is the event's own, NaN where it can't be read
 */
export function eventTime(times: {
  readonly timestamp: number;
  readonly ingested: number;
  readonly allowedSkewMs?: number;
}): EventTime {
  const { timestamp, ingested, allowedSkewMs = defaultAllowedSkewMs } = times;
  if (!Number.isFinite(timestamp)) return { time: ingested, flagged: true };
  const latest = ingested + allowedSkewMs;
  return timestamp > latest ? { time: latest, flagged: true } : { time: timestamp, flagged: false };
}
