import { setImmediate } from 'node:timers/promises';
import { type EcsEvent, isTidewatchError, type Outcome } from '@tidewatch/event';
import { eventId } from '@tidewatch/event/ids';
import type { Accept, Acceptance, HostedPlugin, RawRecord } from '@tidewatch/plugin';
import type { NewRecord, Stream } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { type DeadLetter, encodeDeadLetter } from './dead_letter.ts';
import { encodeEvent } from './event_record.ts';

export interface AcceptDeps {
  readonly events: Stream;
  readonly deadLetters: Stream;
  readonly normalise: (record: RawRecord, source: string) => Outcome<EcsEvent>;
  /** Users' processors and enrichers, in the order of the configuration. */
  readonly processors: readonly HostedPlugin[];
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Records handled before the loop gets a breath: some 5 ms of work. */
const sliceRecords = 250;

/** Governance's refusals are told to the sender, not kept. */
const refusal = 'governance_refused';

/**
 * Makes the entry of the pipeline: raw records in, ECS events durable in the stream out. What can't be handled is
 * durable in the dead letters before it is answered.
 *
 * One call is one append: a sender that hears 429 may send all of it again without doubling a part.
 */
export function createAccept(deps: AcceptDeps): Accept {
  return async function accept(source, records) {
    const outcomes: Outcome<EcsEvent>[] = [];
    for (let from = 0; from < records.length; from += sliceRecords) {
      if (from > 0) await setImmediate();
      outcomes.push(...(await understand(deps, source, records.slice(from, from + sliceRecords))));
    }
    return settle(deps, source, records, outcomes);
  };
}

async function understand(
  deps: AcceptDeps,
  source: string,
  records: readonly RawRecord[],
): Promise<readonly Outcome<EcsEvent>[]> {
  const started = performance.now();
  const outcomes = records.map((record) => deps.normalise(record, source));
  deps.metrics.observe(
    'stage_duration_seconds',
    { stage: 'normalise' },
    (performance.now() - started) / 1000,
  );
  return deps.processors.length === 0 ? outcomes : runProcessors(deps, outcomes);
}

async function settle(
  deps: AcceptDeps,
  source: string,
  records: readonly RawRecord[],
  outcomes: readonly Outcome<EcsEvent>[],
): Promise<Acceptance[]> {
  const { metrics } = deps;
  const appended: NewRecord[] = [];
  const letters: DeadLetter[] = [];
  const received = new Map<string, number>();
  let bytes = 0;
  const answers = outcomes.map((outcome, i): Acceptance => {
    const record = records[i] as RawRecord;
    bytes += record.bytes.length;
    if (outcome.status === 'ok' || outcome.status === 'redirected') {
      appended.push(encodeEvent(outcome.value, record.position));
      const { data_class: dataClass } = outcome.value.tidewatch;
      received.set(dataClass, (received.get(dataClass) ?? 0) + 1);
      return { status: 'accepted', id: outcome.value.event.id };
    }
    const id = eventId(record.position);
    if (outcome.status === 'dropped') return { status: 'accepted', id };
    const { reason, message } = outcome;
    if (reason === refusal) return { status: 'refused', reason, message };
    letters.push({
      stage: reason === 'plugin_failed' ? 'process' : 'normalise',
      reason,
      message,
      source,
      raw: record.bytes,
    });
    return { status: 'dead_letter', id, reason, message };
  });

  try {
    // Letters first: should the events then be refused, a retry writes the letters again, but loses and doubles no event.
    if (letters.length > 0) await deps.deadLetters.append(letters.map(encodeDeadLetter));
    if (appended.length > 0) await deps.events.append(appended);
  } catch (error) {
    if (!isTidewatchError(error)) deps.log.error({ err: error, source }, 'The stream failed to take records');
    throw error;
  }

  metrics.count('bytes_received_total', { source }, bytes);
  for (const [dataClass, count] of received)
    metrics.count('events_received_total', { source, data_class: dataClass }, count);
  const dropped = records.length - appended.length - letters.length;
  metrics.count('stage_events_total', { stage: 'normalise', outcome: 'ok' }, appended.length);
  if (dropped > 0) metrics.count('stage_events_total', { stage: 'normalise', outcome: 'dropped' }, dropped);
  for (const { stage, reason } of letters) {
    metrics.count('stage_events_total', { stage: 'normalise', outcome: 'dead_lettered' });
    metrics.count('dead_letter_events_total', { stage, reason });
  }
  return answers;
}

/** Gives the good events to each user's plugin in turn; what a plugin fails on goes to the dead letters. */
async function runProcessors(
  deps: AcceptDeps,
  outcomes: readonly Outcome<EcsEvent>[],
): Promise<Outcome<EcsEvent>[]> {
  const current = [...outcomes];
  for (const plugin of deps.processors) {
    const places = current.flatMap((outcome, i) => (outcome.status === 'ok' ? [i] : []));
    if (places.length === 0) break;
    const events = places.map((i) => (current[i] as { value: EcsEvent }).value);
    const { name } = plugin.description;
    let results: Awaited<ReturnType<HostedPlugin['run']>>;
    try {
      results = await plugin.run(events);
    } catch (error) {
      const message = (error as Error).message;
      for (const i of places) current[i] = { status: 'dead_letter', reason: 'plugin_failed', message };
      continue;
    }
    places.forEach((place, i) => {
      const result = results[i];
      if (result === undefined || 'error' in result) {
        const message = `The plugin ${name} failed: ${result?.error ?? 'no answer'}`;
        current[place] = { status: 'dead_letter', reason: 'plugin_failed', message };
      } else if (result.value === null) {
        current[place] = { status: 'dropped', reason: name };
      } else {
        current[place] = keepIdentity(events[i] as EcsEvent, result.value as EcsEvent);
      }
    });
  }
  return current;
}

/** A plugin may change what an event says, not what it is: id, times, source and class decide where it is kept. */
const keepIdentity = (before: EcsEvent, after: EcsEvent): Outcome<EcsEvent> => ({
  status: 'ok',
  value: {
    ...after,
    '@timestamp': typeof after['@timestamp'] === 'string' ? after['@timestamp'] : before['@timestamp'],
    event: { ...before.event, ...after.event, id: before.event.id, ingested: before.event.ingested },
    tidewatch: before.tidewatch,
  },
});
