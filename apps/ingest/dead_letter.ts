import type { NewRecord, StreamRecord } from '@tidewatch/stream';

/** A record that could not be handled, kept with its raw bytes so that it can be replayed. */
export interface DeadLetter {
  /** Where it failed: `normalise`, `process`, `index`. */
  readonly stage: string;
  /** Stable code, e.g. `invalid_json`. */
  readonly reason: string;
  readonly message: string;
  readonly source: string;
  readonly raw: Uint8Array;
}

export const encodeDeadLetter = ({ stage, reason, message, source, raw }: DeadLetter): NewRecord => ({
  key: source,
  headers: { stage, reason, message: message.slice(0, 1_000), source },
  value: raw,
});

export function decodeDeadLetter(record: StreamRecord): DeadLetter {
  const { stage = '', reason = '', message = '', source = '' } = record.headers;
  return { stage, reason, message, source, raw: record.value };
}
