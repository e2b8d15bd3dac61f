import {
  deadLetter,
  dropped,
  type EcsEvent,
  encodeEvent,
  isObject,
  type JsonObject,
  type Outcome,
  ok,
} from '@tidewatch/event';
import type { HostedPlugin, ItemResult } from '@tidewatch/plugin';
import { asBytes, type EventBytes } from './event_record.ts';

type Batch<T> = readonly Outcome<T>[];

/** Takes a batch through the users' plugins; what is not an event passes by. Never rejects. */
export type Processing = (outcomes: Batch<EventBytes>) => Promise<Batch<EventBytes>>;

/** Gives the good events to each user's plugin in turn; what a plugin fails on is a dead letter. */
export function createProcessing(plugins: readonly HostedPlugin[]): Processing {
  if (plugins.length === 0) return async (outcomes) => outcomes;
  const steps = plugins.map(createStep);
  return async (outcomes) => {
    let current: Batch<EcsEvent> = outcomes.map((outcome) =>
      outcome.status === 'ok' ? ok(parsed(outcome.value)) : (outcome as Outcome<never>),
    );
    for (const step of steps) current = await step(current);
    return current.map((outcome) =>
      outcome.status === 'ok' ? ok(asBytes(encodeEvent(outcome.value))) : (outcome as Outcome<never>),
    );
  };
}

const parsed = ({ bytes }: EventBytes): EcsEvent =>
  JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as EcsEvent;

function createStep(plugin: HostedPlugin): (outcomes: Batch<EcsEvent>) => Promise<Batch<EcsEvent>> {
  const { name } = plugin.description;
  let turn: Promise<unknown> = Promise.resolve();

  /** One batch at a time: one that waited inside the worker would share the other's time-out, or its crash. */
  function run(events: readonly EcsEvent[]): Promise<ItemResult[]> {
    const results = turn.then(() => plugin.run(events));
    turn = results.catch(() => {});
    return results;
  }

  return async (outcomes) => {
    const events = outcomes.flatMap((outcome) => (outcome.status === 'ok' ? [outcome.value] : []));
    if (events.length === 0) return outcomes;
    let results: readonly ItemResult[];
    try {
      results = await run(events);
    } catch (error) {
      const failure = failed((error as Error).message);
      return outcomes.map((outcome) => (outcome.status === 'ok' ? failure : outcome));
    }
    let next = 0;
    return outcomes.map((outcome) =>
      outcome.status === 'ok' ? outcomeOf(name, outcome.value, results[next++]) : outcome,
    );
  };
}

function outcomeOf(name: string, before: EcsEvent, result: ItemResult | undefined): Outcome<EcsEvent> {
  if (result === undefined || 'error' in result)
    return failed(`${itemFailure(name)}${result?.error ?? 'no answer'}`);
  if (result.value === null) return dropped(name);
  if (!isObject(result.value)) return failed(`${itemFailure(name)}it answered neither an event nor null`);
  return ok(keepIdentity(before, result.value));
}

const itemFailure = (name: string): string => `The plugin ${name} failed: `;

/** Whether a plugin failed on this very event; otherwise the whole batch shared its time-out or crash. */
export const failedAlone = (message: string): boolean => /^The plugin \S+ failed: /.test(message);

const failed = (message: string): Outcome<never> => deadLetter('plugin_failed', message);

/** A plugin may change what an event says, not what it is: id, times, source and class decide where it is kept. */
function keepIdentity(before: EcsEvent, after: JsonObject): EcsEvent {
  const own = isObject(after.event) ? after.event : {};
  const { id, ingested, dataset } = before.event;
  const time = typeof after['@timestamp'] === 'string' ? Date.parse(after['@timestamp']) : Number.NaN;
  return {
    ...after,
    '@timestamp': Number.isNaN(time) ? before['@timestamp'] : new Date(time).toISOString(),
    event: {
      ...before.event,
      ...own,
      id,
      ingested,
      dataset: typeof own.dataset === 'string' ? own.dataset : dataset,
    },
    tidewatch: before.tidewatch,
  };
}
