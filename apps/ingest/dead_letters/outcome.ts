import type { NewRecord, Position, StreamRecord } from '@tidewatch/stream';
import { type DeadLetter, letterId, parseLetterId } from './letter.ts';

/**
 * What became of a letter since: `replayed` and `dropped` settle it, `failed_again` leaves it open with its newest
 * reason, `restored` opens it again.
 */
export type OutcomeKind = 'replayed' | 'failed_again' | 'dropped' | 'restored';

export interface LetterOutcome {
  readonly letter: Position;
  readonly outcome: OutcomeKind;
  /** Whose doing it was: an account, `local-admin`, or `tidewatch`. */
  readonly by: string;
  /** The job that did it, or whose replay the store refused in the end. */
  readonly job: string;
  /** Why it failed again, or was dropped. */
  readonly reason?: string;
  readonly message?: string;
  /** What the letter is counted under. */
  readonly counted: CountedUnder;
}

export type CountedUnder = Pick<DeadLetter, 'source' | 'stage' | 'reason'>;

/** Letters whose state is kept together. */
export const blockLetters = 1_024;

export const blockOf = ({ partition, offset }: Position): string =>
  `${partition}.${Math.floor(offset / blockLetters)}`;

/** The key is the letter's block, so that the outcomes of neighbours stand side by side: their state is then a range. */
export const encodeOutcome = ({
  letter,
  outcome,
  by,
  job,
  reason,
  message,
  counted,
}: LetterOutcome): NewRecord => ({
  key: blockOf(letter),
  headers: {
    letter: letterId(letter),
    outcome,
    by,
    job,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message: message.slice(0, 1_000) }),
    source: counted.source,
    'letter-stage': counted.stage,
    'letter-reason': counted.reason,
  },
  value: new Uint8Array(),
});

export function decodeOutcome({ headers }: StreamRecord): LetterOutcome {
  const { letter = '', outcome, by = '', job = '', reason, message, source = '' } = headers;
  return {
    letter: parseLetterId(letter) ?? { partition: -1, offset: -1 },
    outcome: outcome as OutcomeKind,
    by,
    job,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    counted: {
      source,
      stage: headers['letter-stage'] as CountedUnder['stage'],
      reason: headers['letter-reason'] ?? '',
    },
  };
}
