import type { SourcePosition } from '@tidewatch/event/ids';

/** How a record's bytes are to be read; `auto` leaves it to the normaliser (JSON if it begins with `{`). */
export type RecordFormat = 'json' | 'syslog' | 'text' | 'auto';

/** One record as an input received it, before anything was understood. */
export interface RawRecord {
  /** One document or line, without its line end. */
  readonly bytes: Uint8Array;
  /** The bytes as text, where the input has decoded them already: only for records that are pure ASCII. */
  readonly text?: string | undefined;
  readonly format: RecordFormat;
  /** Where it came from, precisely enough to give the event its id. */
  readonly position: SourcePosition;
  /** When the input took it, epoch milliseconds. */
  readonly received: number;
  /** What the input knows beside the bytes: the index of `_bulk`, the file's path, the peer's address. */
  readonly hints: RecordHints;
}

export interface RecordHints {
  readonly index?: string;
  readonly path?: string;
  /** Address of the sender, without port. */
  readonly peer?: string;
  /** Subject of the certificate that the sender proved to be its own, as `CN=…, O=…`. */
  readonly subject?: string;
  /** Kafka topic that the record was read from. */
  readonly topic?: string;
  /** The record's own headers, where its source has such a thing. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Lines of the file that say how the others are to be read, joined by line feeds: `#fields` and their like. */
  readonly header?: string;
  /** Data set that the configuration or the URL names for this source. */
  readonly dataset?: string;
  /** The record's length in bytes before its input cut it at its cap; absent when `bytes` is all of it. */
  readonly truncatedFrom?: number;
}

/** The answer to one record, given when it is durable (or durably refused). */
export type Acceptance = Answer & {
  /** How many records it was, where it was a list of them: each counts towards quotas. */
  readonly records?: number;
};

type Answer =
  | { readonly status: 'accepted'; readonly id: string }
  /** Kept in the dead letters with its raw bytes: handled, though not understood. */
  | { readonly status: 'dead_letter'; readonly id: string; readonly reason: string; readonly message: string }
  /** Not kept anywhere (governance refuses its source); the sender must be told. */
  | { readonly status: 'refused'; readonly reason: string; readonly message: string };

/**
 * Takes records of one source. Resolves, in order, when each is durable in the stream or the dead letters; an input
 * acknowledges its sender only then. Rejects with a typed error (`STREAM_FULL`, status 429) when nothing was taken:
 * the input answers 429, or stops reading its socket or file until a later try succeeds.
 */
export type Accept = (source: string, records: readonly RawRecord[]) => Promise<Acceptance[]>;
