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
  /** The hints that tell of people, sealed: `hints` lacks them. */
  readonly sealedHints?: Uint8Array;
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
    ...(letter.sealedHints !== undefined && {
      sealed_hints: Buffer.from(letter.sealedHints).toString('latin1'),
    }),
  },
  value: letter.raw,
});

/** The letter with its bytes sealed, and who sent them. What a parser says of them may quote them: it is cut before that. */
export function sealLetter(
  letter: DeadLetter,
  seal: (bytes: Uint8Array, id: string) => Uint8Array,
): DeadLetter {
  const { stage, raw, id, message } = letter;
  const { peer, subject, headers, ...hints } = letter.hints;
  const told = { peer, subject, headers };
  return {
    ...letter,
    sealed: true,
    raw: seal(raw, id),
    hints,
    ...(Object.values(told).some((hint) => hint !== undefined) && {
      sealedHints: seal(Buffer.from(JSON.stringify(told)), hintsId(id)),
    }),
    message: stage === 'normalise' ? message.replace(/["'`][\s\S]*$/, '…') : message,
  };
}

/** The letter as it was before it was sealed; undefined where that can't be opened. */
export function openLetter(
  letter: KeptLetter,
  open: ((sealed: Uint8Array, id: string) => Uint8Array | undefined) | undefined,
): KeptLetter | undefined {
  if (letter.sealed !== true) return letter;
  const { sealedHints, ...rest } = letter;
  const raw = open?.(letter.raw, letter.id);
  const told = sealedHints === undefined ? Buffer.from('{}') : open?.(sealedHints, hintsId(letter.id));
  if (raw === undefined || told === undefined) return undefined;
  const hints = { ...letter.hints, ...(JSON.parse(Buffer.from(told).toString()) as RecordHints) };
  return { ...rest, raw, hints };
}

/** What sealed hints are bound to, so that they are not taken for bytes. */
const hintsId = (id: string): string => `${id} hints`;

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
    sealed_hints: sealedHints,
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
    ...(sealedHints !== undefined && { sealedHints: Buffer.from(sealedHints, 'latin1') }),
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
