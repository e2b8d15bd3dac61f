import { eventId, type SourcePosition } from '@tidewatch/event/ids';
import type { RawRecord, RecordFormat, RecordHints } from '@tidewatch/plugin';
import type { NewRecord, Position, StreamRecord } from '@tidewatch/stream';

/** Where a record failed. A letter of `index` holds the ECS event, others what the input took. */
export type LetterStage = 'normalise' | 'process' | 'index';

/** A record that could not be handled, with all that its replay needs. */
export interface DeadLetter {
  readonly stage: LetterStage;
  /** Stable code, e.g. `invalid_json`. */
  readonly reason: string;
  readonly message: string;
  readonly source: string;
  readonly raw: Uint8Array;
  /** The event's id, settled when the record came: every replay makes the same event. */
  readonly id: string;
  /** When the record came, epoch milliseconds: also a replayed event's ingestion time, and so its partition. */
  readonly received: number;
  readonly format: RecordFormat;
  readonly hints: RecordHints;
  /** The raw bytes are sealed, and read as text. */
  readonly sealed?: boolean;
}

/** A letter as the stream keeps it. */
export interface KeptLetter extends DeadLetter {
  readonly position: Position;
  /** When it was put aside, epoch milliseconds. */
  readonly at: number;
}

const messageShown = 1_000;

export const encodeDeadLetter = (letter: DeadLetter): NewRecord => ({
  key: letter.source,
  headers: {
    stage: letter.stage,
    reason: letter.reason,
    message: letter.message.slice(0, messageShown),
    source: letter.source,
    id: letter.id,
    received: String(letter.received),
    format: letter.format,
    hints: JSON.stringify(letter.hints),
    ...(letter.sealed === true && { sealed: '1' }),
  },
  value: letter.raw,
});

/** The letter with its bytes sealed. What a parser says of them may quote them: it is cut before that. */
export const sealLetter = (
  letter: DeadLetter,
  seal: (raw: Uint8Array, id: string) => Uint8Array,
): DeadLetter => ({
  ...letter,
  sealed: true,
  raw: seal(letter.raw, letter.id),
  message: letter.stage === 'normalise' ? letter.message.replace(/["'`][\s\S]*$/, '…') : letter.message,
});

/** Letters of earlier versions lack all but the first four headers, and get what comes closest. */
export function decodeDeadLetter({ headers, position, appendedAt, value }: StreamRecord): KeptLetter {
  const {
    stage = 'normalise',
    reason = '',
    message = '',
    source = '',
    id,
    received,
    format,
    hints,
    sealed,
  } = headers;
  return {
    stage: stage as LetterStage,
    reason,
    message,
    source,
    raw: value,
    id: id ?? eventId({ kind: 'letter', ...position }),
    received: received === undefined ? appendedAt : Number(received),
    format: (format ?? 'auto') as RecordFormat,
    hints: hints === undefined ? {} : (JSON.parse(hints) as RecordHints),
    ...(sealed === '1' && { sealed: true }),
    position,
    at: appendedAt,
  };
}

/** The record as its input gave it, but for the position, for which the id stands. */
export function toRawRecord({ raw, format, received, hints, id }: DeadLetter): RawRecord {
  const position: SourcePosition = { kind: 'given', id };
  return { bytes: raw, format, position, received, hints };
}

/** Names a letter to people and in addresses: its place in the stream. */
export const letterId = ({ partition, offset }: Position): string => `${partition}-${offset}`;

/** Undefined for what is no letter's id. */
export function parseLetterId(id: string): Position | undefined {
  const [, partition, offset] = /^(\d{1,6})-(\d{1,15})$/.exec(id) ?? [];
  return partition === undefined ? undefined : { partition: Number(partition), offset: Number(offset) };
}
