import type { NewRecord, StreamRecord } from '@tidewatch/stream';
import { repeatableHeader } from '@tidewatch/window';
import { type KeptLetter, letterId, parseLetterId } from './letter.ts';
import type { LetterOutcome } from './outcome.ts';

const replayHeader = 'replay-of';

interface ReplayMark {
  readonly letter: string;
  readonly job: string;
  readonly stage: KeptLetter['stage'];
  readonly reason: string;
}

/** Marks an event's record as a letter's replay: it may come twice, and whoever refuses it tells the letter. */
export function asReplayed(
  event: NewRecord,
  { position, stage, reason }: KeptLetter,
  job: string,
): NewRecord {
  const mark: ReplayMark = { letter: letterId(position), job, stage, reason };
  return {
    ...event,
    headers: { ...event.headers, [repeatableHeader]: '1', [replayHeader]: JSON.stringify(mark) },
  };
}

/** What a refusal of the record means to the letter whose replay it is; undefined where it is none. */
export function refusedReplay(
  { key, headers }: StreamRecord,
  failure: { readonly reason: string; readonly message: string },
): LetterOutcome | undefined {
  const header = headers[replayHeader];
  if (header === undefined) return undefined;
  const { letter, job, stage, reason } = JSON.parse(header) as ReplayMark;
  const position = parseLetterId(letter);
  if (position === undefined) return undefined;
  return {
    letter: position,
    outcome: 'failed_again',
    by: 'tidewatch',
    job,
    reason: failure.reason,
    message: failure.message,
    counted: { source: key, stage, reason },
  };
}
