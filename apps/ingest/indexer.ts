import { eventId } from '@tidewatch/event/ids';
import type { EventStore, IndexedEvent, WriteOutcome } from '@tidewatch/store';
import type { Batch, Consumer, Stream, StreamRecord } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { headOf, isIdleMark } from '@tidewatch/window';
import { type DeadLetter, encodeDeadLetter } from './dead_letters/letter.ts';
import { encodeOutcome, type LetterOutcome } from './dead_letters/outcome.ts';
import { refusedReplay } from './dead_letters/replayed.ts';
import { toIndexed } from './event_record.ts';

export interface IndexerDeps {
  readonly events: Stream;
  readonly deadLetters: Stream;
  /** What became of dead letters: a replayed event that the store refuses makes no second letter. */
  readonly letterOutcomes: Stream;
  readonly store: Pick<EventStore, 'write'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Told how many events of which classes were newly stored, after they are durable. */
  readonly onStored?: (batch: readonly IndexedEvent[]) => void;
}

/** Starts the consumer that writes the stream to the event store; its position moves only after the store answered. */
export function startIndexer(deps: IndexerDeps): Promise<Consumer> {
  return deps.events.subscribe({
    group: 'index',
    maxRecords: 8_000,
    process: (batch) => indexBatch(deps, batch),
  });
}

async function indexBatch(deps: IndexerDeps, batch: Batch): Promise<void> {
  const { metrics, store } = deps;
  const started = performance.now();
  const rejections: Rejection[] = [];
  const documents: IndexedEvent[] = [];
  const origin: StreamRecord[] = [];
  for (const record of batch.records) {
    if (isIdleMark(record)) continue;
    const document = toIndexed(record);
    if (document === undefined)
      rejections.push({
        record,
        reason: 'undecodable',
        message: 'It is no event, or does not say which and when taken.',
      });
    else {
      documents.push(document);
      origin.push(record);
    }
  }
  const outcomes = await store.write(documents);
  const stored: IndexedEvent[] = [];
  const now = Date.now();
  outcomes.forEach((outcome, i) => {
    const document = documents[i] as IndexedEvent;
    if (outcome.status === 'stored') stored.push(document);
    if (outcome.status === 'rejected') rejections.push({ ...outcome, record: origin[i] as StreamRecord });
  });
  if (rejections.length > 0) await keepRejected(deps, rejections);
  countOutcomes(metrics, documents, outcomes);
  metrics.observe('stage_duration_seconds', { stage: 'index' }, (performance.now() - started) / 1000);
  const oldest = documents[0];
  if (oldest !== undefined)
    metrics.observe(
      'event_latency_seconds',
      { data_class: oldest.head.dataClass },
      Math.max(0, now - oldest.head.ingested) / 1000,
    );
  if (stored.length > 0) deps.onStored?.(stored);
}

interface Rejection {
  readonly record: StreamRecord;
  readonly reason: string;
  readonly message: string;
}

async function keepRejected(
  { deadLetters, letterOutcomes, metrics, log }: IndexerDeps,
  rejections: readonly Rejection[],
): Promise<void> {
  const letters: DeadLetter[] = [];
  const again: LetterOutcome[] = [];
  for (const rejection of rejections) {
    const replayed = refusedReplay(rejection.record, rejection);
    if (replayed === undefined) letters.push(toLetter(rejection));
    else again.push(replayed);
  }
  if (letters.length > 0) await deadLetters.append(letters.map(encodeDeadLetter));
  if (again.length > 0) await letterOutcomes.append(again.map(encodeOutcome));
  log.warn({ rejected: rejections.length, reason: rejections[0]?.reason }, 'The store rejected events');
  for (const { stage, reason } of letters) {
    metrics.count('stage_events_total', { stage, outcome: 'dead_lettered' });
    metrics.count('dead_letter_events_total', { stage, reason });
  }
  if (again.length > 0)
    metrics.count('stage_events_total', { stage: 'index', outcome: 'failed' }, again.length);
}

/** The record is the event itself, so that its own id counts on a replay. */
const toLetter = ({ record, reason, message }: Rejection): DeadLetter => ({
  stage: 'index',
  reason,
  message,
  source: record.key,
  raw: record.value,
  id: headOf(record)?.id ?? eventId({ kind: 'none' }),
  received: record.appendedAt,
  format: 'json',
  hints: {},
});

function countOutcomes(
  metrics: Metrics,
  documents: readonly IndexedEvent[],
  outcomes: readonly WriteOutcome[],
): void {
  const counts = new Map<string, number>();
  outcomes.forEach((outcome, i) => {
    const key = `${documents[i]?.head.dataClass} ${outcome.status}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  for (const [key, count] of counts) {
    const [dataClass = '', outcome = ''] = key.split(' ');
    metrics.count('index_documents_total', { data_class: dataClass, outcome }, count);
    if (outcome !== 'rejected') metrics.count('stage_events_total', { stage: 'index', outcome: 'ok' }, count);
  }
}
