import { readHead } from '@tidewatch/event';
import type { NewRecord, Stream } from '@tidewatch/stream';
import type { Metrics } from '@tidewatch/telemetry';
import type { Judge, Verdict } from '../accept.ts';
import { failedAlone } from '../processing.ts';
import { type KeptLetter, openLetter, toRawRecord } from './letter.ts';
import type { OutcomeKind } from './outcome.ts';
import { asReplayed } from './replayed.ts';
import { createTurns } from './turns.ts';

/** What a replay made of one letter; `refused` leaves it as it is. */
export interface Treated {
  readonly letter: KeptLetter;
  readonly result: OutcomeKind | 'refused';
  readonly reason?: string;
  readonly message?: string;
}

interface Attempt extends Treated {
  readonly event?: NewRecord;
  /** Where a parser redirects it; absent: the events. */
  readonly stream?: Stream;
}

/** A judge whose processors nobody else uses. */
export interface OwnJudge {
  readonly judge: Judge;
  close(): Promise<void>;
}

export interface ReplayDeps {
  /**
   * Opens processors for replays alone: a letter that makes one hang or crash does so again, and a processor that fails
   * too often is suspended, which must not happen to the one that arriving records go through.
   */
  readonly openJudge: () => Promise<OwnJudge>;
  /** Opens sealed bytes of the letter of an event's id, in memory; undefined where they can't be. */
  readonly openSealed?: ((sealed: Uint8Array, id: string) => Uint8Array | undefined) | undefined;
  readonly events: Stream;
  readonly metrics: Metrics;
}

export interface Replay {
  /**
   * Sends letters through the parsers as they are now. Resolves when the events are durable in the stream, under the
   * ids that they were to have: one that comes twice is stored once.
   *
   * @param append writes to the stream, with the patience that the caller has
   */
  treat(
    letters: readonly KeptLetter[],
    append: (stream: Stream, records: readonly NewRecord[]) => Promise<void>,
  ): Promise<readonly Treated[]>;
  close(): Promise<void>;
}

/** @param signal ends a processor that hangs, too; what is under way then rejects */
export async function openReplay(
  { openJudge, openSealed, events, metrics }: ReplayDeps,
  job: string,
  signal: AbortSignal,
): Promise<Replay> {
  let own = await openJudge();
  signal.addEventListener('abort', () => void own.close(), { once: true });

  async function attempt(letters: readonly KeptLetter[]): Promise<readonly Attempt[]> {
    const [first] = letters;
    if (first === undefined) return [];
    if (first.stage === 'index') return reindexAll(letters);
    const verdicts = await own.judge(first.source, letters.map(toRawRecord));
    if (verdicts.some(failedTogether)) {
      await own.close();
      signal.throwIfAborted();
      own = await openJudge();
      // One that crashes or loops fails all beside it, who would never get through together.
      if (letters.length > 1) {
        const half = Math.ceil(letters.length / 2);
        return [...(await attempt(letters.slice(0, half))), ...(await attempt(letters.slice(half)))];
      }
    }
    return letters.map((letter, i) => conclude(letter, verdicts[i] as Verdict));
  }

  return {
    async treat(letters, append) {
      const treated: Attempt[] = [];
      const { opened, shut } = openAll(letters, openSealed);
      treated.push(...shut);
      for (const some of bySource(opened)) treated.push(...(await attempt(some)));
      for (const [stream, records] of byStream(treated, events, job)) await append(stream, records);
      for (const { result } of treated)
        metrics.count('stage_events_total', { stage: 'replay', outcome: outcomeLabels[result] });
      return treated;
    },
    close: () => own.close(),
  };
}

function byStream(attempts: readonly Attempt[], events: Stream, job: string): Map<Stream, NewRecord[]> {
  const streams = new Map<Stream, NewRecord[]>();
  for (const { letter, event, stream = events } of attempts) {
    if (event === undefined) continue;
    const records = streams.get(stream);
    if (records === undefined) streams.set(stream, [asReplayed(event, letter, job)]);
    else records.push(asReplayed(event, letter, job));
  }
  return streams;
}

/** Clear bytes are in memory for as long as the replay of one batch takes. */
function openAll(letters: readonly KeptLetter[], openSealed: ReplayDeps['openSealed']) {
  const opened: KeptLetter[] = [];
  const shut: Attempt[] = [];
  for (const letter of letters) {
    const clear = openLetter(letter, openSealed);
    if (clear !== undefined) opened.push(clear);
    else shut.push({ letter, result: 'failed_again', reason: 'sealed', message: sealedShut });
  }
  return { opened, shut };
}

const sealedShut = 'Its bytes are sealed, and the key is not among those that are configured.';

const outcomeLabels = {
  replayed: 'ok',
  failed_again: 'failed',
  refused: 'failed',
  dropped: 'dropped',
  restored: 'ok',
} as const;

/** In the order of the letters within each source, as the stream of events keeps it. */
function bySource(letters: readonly KeptLetter[]): readonly (readonly KeptLetter[])[] {
  const groups = new Map<string, KeptLetter[]>();
  for (const letter of letters) {
    const key = JSON.stringify([letter.stage === 'index', letter.source]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [letter]);
    else group.push(letter);
  }
  return [...groups.values()];
}

const failedTogether = ({ letter }: Verdict): boolean =>
  letter?.stage === 'process' && !failedAlone(letter.message);

function conclude(letter: KeptLetter, { answer, event }: Verdict): Attempt {
  if (answer.status === 'refused') return { ...answer, letter, result: 'refused' };
  if (answer.status === 'dead_letter')
    return { letter, result: 'failed_again', reason: answer.reason, message: answer.message };
  if (event !== undefined)
    return {
      letter,
      result: 'replayed',
      event: event.record,
      ...(event.stream && { stream: event.stream }),
    };
  return {
    letter,
    result: 'replayed',
    reason: 'nothing_left',
    message: 'It is empty, or a processor drops it.',
  };
}

async function reindexAll(letters: readonly KeptLetter[]): Promise<readonly Attempt[]> {
  const turn = createTurns();
  const attempts: Attempt[] = [];
  for (const letter of letters) {
    attempts.push(reindex(letter));
    await turn();
  }
  return attempts;
}

/** The event that the store did not take, once more. */
function reindex(letter: KeptLetter): Attempt {
  const { raw, source } = letter;
  const head = readHead(raw);
  if (head !== undefined)
    return { letter, result: 'replayed', event: { key: source, value: raw, decoded: head } };
  return { letter, result: 'failed_again', reason: 'undecodable', message: 'The record holds no event.' };
}
