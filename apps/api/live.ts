import type { DataClass } from '@tidewatch/event';
import type { LiveMessages } from './schemas/index.ts';

export type LiveKind = keyof LiveMessages;

export interface LiveMessage {
  readonly kind: LiveKind;
  /** Class of an alert or of events: who may not read it must not get the message. */
  readonly dataClass: DataClass | undefined;
  /** The whole frame as the stream carries it, made once for all clients (HTML, server-sent events, section 9.2.5). */
  readonly frame: string;
}

/**
 * Carries what happens to the consoles.
 *
 * Promise:
 * - `publish` never waits and never throws for a slow or gone reader.
 * - Counts of `events` are summed by class and sent twice a second at most.
 * - Alerts and the demonstration's end have ids; a reader that gives the last id it saw first gets what it missed of the
 *   last 1,000. Where that is not possible (too long ago, server restarted) it gets `resync` instead and reads afresh.
 */
export interface LiveHub {
  publish<K extends LiveKind>(kind: K, data: LiveMessages[K]): void;
  /** Missed messages are given before this returns. Answers how to stop. */
  subscribe(reader: (message: LiveMessage) => void, lastId?: string): () => void;
  /** Who gives this id later gets what comes from now on. */
  position(): string;
  close(): void;
}

const kept = 1_000;
const eventsEveryMs = 500;
/** Others tell a state that is told again soon, and would push alerts out of the ring. */
const resumable: ReadonlySet<LiveKind> = new Set<LiveKind>(['alert', 'demo']);

export function createLiveHub(clock: () => number = Date.now): LiveHub {
  const run = clock().toString(36);
  const readers = new Set<(message: LiveMessage) => void>();
  const ring: LiveMessage[] = [];
  let sequence = 0;
  const events = new Map<DataClass, number>();
  let eventsSentAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const send = (kind: LiveKind, data: unknown, dataClass?: DataClass) => {
    const id = resumable.has(kind) ? `id: ${run}-${++sequence}\n` : '';
    const message = { kind, dataClass, frame: `${id}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n` };
    if (id !== '') {
      ring.push(message);
      if (ring.length > kept) ring.shift();
    }
    for (const reader of readers) reader(message);
  };

  const sendEvents = () => {
    timer = undefined;
    eventsSentAt = clock();
    for (const [dataClass, count] of events) send('events', { count, dataClass }, dataClass);
    events.clear();
  };

  const missed = (lastId: string): readonly LiveMessage[] => {
    const [, lastRun, last] = /^(\w+)-(\d+)$/.exec(lastId) ?? [];
    const count = lastRun === run ? sequence - Number(last) : -1;
    if (count < 0 || count > ring.length)
      return [{ kind: 'resync', dataClass: undefined, frame: 'event: resync\ndata: {}\n\n' }];
    return ring.slice(ring.length - count);
  };

  return {
    publish: (kind, data) => {
      if (kind !== 'events') return send(kind, data, 'dataClass' in data ? data.dataClass : undefined);
      const { count, dataClass } = data as LiveMessages['events'];
      events.set(dataClass, (events.get(dataClass) ?? 0) + count);
      const wait = eventsSentAt + eventsEveryMs - clock();
      if (wait <= 0 && timer === undefined) sendEvents();
      else timer ??= setTimeout(sendEvents, wait).unref();
    },
    subscribe: (reader, lastId) => {
      if (lastId !== undefined) for (const message of missed(lastId)) reader(message);
      readers.add(reader);
      return () => {
        readers.delete(reader);
      };
    },
    position: () => `${run}-${sequence}`,
    close: () => {
      clearTimeout(timer);
      readers.clear();
    },
  };
}
