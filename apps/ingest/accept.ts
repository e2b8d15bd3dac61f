import { setImmediate } from 'node:timers/promises';
import { deadLetter, type EncodedEvent, isTidewatchError, type Outcome } from '@tidewatch/event';
import { eventId } from '@tidewatch/event/ids';
import type { Accept, Acceptance, HostedPlugin, RawRecord } from '@tidewatch/plugin';
import type { NewRecord, Stream } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { type DeadLetter, encodeDeadLetter, sealLetter } from './dead_letters/letter.ts';
import { asBytes, type EventBytes, toRecord } from './event_record.ts';
import { createProcessing } from './processing.ts';

export interface AcceptDeps {
  readonly events: Stream;
  readonly deadLetters: Stream;
  readonly normalise: (record: RawRecord, source: string) => Outcome<EncodedEvent>;
  /** Users' processors and enrichers, in the order of the configuration. */
  readonly processors: readonly HostedPlugin[];
  /** Resolves when what the events so far need beside them is durable; they are appended after that. */
  readonly settle?: (() => Promise<void>) | undefined;
  /** Seals the raw bytes of dead letters, for the event of an id. Without it they are kept as they came. */
  readonly seal?: ((raw: Uint8Array, id: string) => Uint8Array) | undefined;
  /** Streams that parsers may redirect events to, by name. Default: none. */
  readonly redirects?: ReadonlyMap<string, Stream> | undefined;
  /** Told where events could not be kept: their senders send them again, and nobody may take that for a repetition. */
  readonly lost?: (() => void) | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** One slice of a call is handled without a pause: at most so long, and so many records. */
const sliceMs = 5;
const sliceRecords = 250;

/** An event of more bytes, as it came or in ECS, is a dead letter: the store's memory is planned for smaller ones. */
const maxEventBytes = 1024 * 1024;

const tooLarge = (bytes: number): string =>
  `The event takes ${bytes} bytes; at most ${maxEventBytes} are taken.`;

/** Governance's refusals are told to the sender, not kept. */
const refusal = 'governance_refused';

/** What becomes of one record: the answer to its sender, and what is kept of it. */
export interface Verdict {
  readonly answer: Acceptance;
  readonly event?: {
    readonly record: NewRecord;
    readonly dataClass: string;
    /** Where a parser redirected it; absent: the events. */
    readonly stream?: Stream;
  };
  readonly letter?: DeadLetter;
}

/** Decides on records of one source, in order, and keeps nothing of them. */
export type Judge = (source: string, records: readonly RawRecord[]) => Promise<readonly Verdict[]>;

/** Parsers, governance and users' processors, as records meet them on arrival and on a replay. */
export function createJudge(
  deps: Pick<AcceptDeps, 'normalise' | 'processors' | 'settle' | 'redirects' | 'metrics'>,
): Judge {
  const process = createProcessing(deps.processors);
  return async (source, records) => {
    const verdicts: Verdict[] = [];
    while (verdicts.length < records.length) {
      if (verdicts.length > 0) await setImmediate();
      const slice = records.slice(verdicts.length, verdicts.length + sliceRecords);
      const outcomes = await process(understand(deps, source, slice));
      for (const [i, outcome] of outcomes.entries())
        verdicts.push(judge(source, slice[i] as RawRecord, outcome, deps.redirects));
    }
    await deps.settle?.();
    return verdicts;
  };
}

/**
 * Makes the entry of the pipeline: raw records in, ECS events durable in the stream out. What can't be handled is
 * durable in the dead letters before it is answered.
 *
 * One call is one append: a sender that hears 429 may send all of it again without doubling a part.
 */
export function createAccept(deps: AcceptDeps): Accept {
  const judgeAll = createJudge(deps);
  async function judgeAndKeep(source: string, records: readonly RawRecord[]): Promise<readonly Verdict[]> {
    try {
      const verdicts = await judgeAll(source, records);
      await keep(deps, source, verdicts);
      return verdicts;
    } catch (error) {
      deps.lost?.();
      throw error;
    }
  }
  return async function accept(source, records) {
    const verdicts = await judgeAndKeep(source, records);
    countVerdicts(deps.metrics, source, records, verdicts);
    return verdicts.map(({ answer }) => answer);
  };
}

/** Outcomes of as many of the records as fit into one slice's time, at least one. */
function understand(
  deps: Pick<AcceptDeps, 'normalise' | 'metrics'>,
  source: string,
  records: readonly RawRecord[],
): readonly Outcome<EventBytes>[] {
  const started = performance.now();
  const outcomes: Outcome<EventBytes>[] = [];
  let elapsed = 0;
  for (const record of records) {
    // Before it is parsed: one document of many megabytes would hold up everybody's.
    const fits = record.bytes.length <= maxEventBytes;
    const outcome = fits
      ? deps.normalise(record, source)
      : deadLetter('event_too_large', tooLarge(record.bytes.length));
    // At once, while what it was made of is at hand: a text of many parts is slow to write when they are not.
    outcomes.push(isEvent(outcome) ? { ...outcome, value: asBytes(outcome.value) } : outcome);
    elapsed = performance.now() - started;
    if (elapsed >= sliceMs) break;
  }
  deps.metrics.observe('stage_duration_seconds', { stage: 'normalise' }, elapsed / 1000);
  return outcomes;
}

type Event<T> = Extract<Outcome<T>, { readonly value: T }>;
const isEvent = <T>(outcome: Outcome<T>): outcome is Event<T> =>
  outcome.status === 'ok' || outcome.status === 'redirected';

function judge(
  source: string,
  record: RawRecord,
  outcome: Outcome<EventBytes>,
  redirects: AcceptDeps['redirects'],
): Verdict {
  if (isEvent(outcome)) {
    const stream = outcome.status === 'redirected' ? redirects?.get(outcome.stream) : undefined;
    if (outcome.status === 'redirected' && stream === undefined)
      return setAside(
        source,
        record,
        'unknown_stream',
        `There is no stream ${outcome.stream} to redirect to.`,
      );
    const { id, dataClass } = outcome.value.head;
    const encoded = toRecord(outcome.value, source, record.position);
    if (encoded.value.length > maxEventBytes) {
      return setAside(source, record, 'event_too_large', tooLarge(encoded.value.length));
    }
    return {
      answer: { status: 'accepted', id },
      event: { record: encoded, dataClass, ...(stream && { stream }) },
    };
  }
  if (outcome.status === 'dropped') return { answer: { status: 'accepted', id: eventId(record.position) } };
  const { reason, message } = outcome;
  if (reason === refusal) return { answer: { status: 'refused', reason, message } };
  return setAside(source, record, reason, message);
}

function setAside(source: string, record: RawRecord, reason: string, message: string): Verdict {
  const stage = reason === 'plugin_failed' ? 'process' : 'normalise';
  const { bytes: raw, received, format, hints } = record;
  const id = eventId(record.position);
  return {
    answer: { status: 'dead_letter', id, reason, message },
    letter: { stage, reason, message, source, raw, id, received, format, hints },
  };
}

async function keep(
  { events, deadLetters, seal, log }: AcceptDeps,
  source: string,
  verdicts: readonly Verdict[],
): Promise<void> {
  const letters: NewRecord[] = [];
  const appended: NewRecord[] = [];
  const redirected = new Map<Stream, NewRecord[]>();
  for (const { event, letter } of verdicts) {
    if (event?.stream !== undefined) {
      const records = redirected.get(event.stream);
      if (records === undefined) redirected.set(event.stream, [event.record]);
      else records.push(event.record);
    } else if (event !== undefined) appended.push(event.record);
    else if (letter !== undefined)
      letters.push(encodeDeadLetter(seal === undefined ? letter : sealLetter(letter, seal)));
  }
  try {
    // Letters first: should the events then be refused, a retry writes the letters again, but loses and doubles no event.
    if (letters.length > 0) await deadLetters.append(letters);
    // What is redirected may come twice then, under its id.
    for (const [stream, records] of redirected) await stream.append(records);
    if (appended.length > 0) await events.append(appended);
  } catch (error) {
    if (!isTidewatchError(error)) log.error({ err: error, source }, 'The stream failed to take records');
    throw error;
  }
}

function countVerdicts(
  metrics: Metrics,
  source: string,
  records: readonly RawRecord[],
  verdicts: readonly Verdict[],
): void {
  let bytes = 0;
  for (const record of records) bytes += record.bytes.length;
  metrics.count('bytes_received_total', { source }, bytes);
  const received = new Map<string, number>();
  let unkept = 0;
  for (const { event, letter } of verdicts) {
    if (event !== undefined) received.set(event.dataClass, (received.get(event.dataClass) ?? 0) + 1);
    else if (letter === undefined) unkept++;
    else {
      const { stage, reason } = letter;
      metrics.count('stage_events_total', { stage, outcome: 'dead_lettered' });
      metrics.count('dead_letter_events_total', { stage, reason });
    }
  }
  for (const [dataClass, count] of received) {
    metrics.count('events_received_total', { source, data_class: dataClass }, count);
    metrics.count('stage_events_total', { stage: 'normalise', outcome: 'ok' }, count);
  }
  if (unkept > 0) metrics.count('stage_events_total', { stage: 'normalise', outcome: 'dropped' }, unkept);
}
