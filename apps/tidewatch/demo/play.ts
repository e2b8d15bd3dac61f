import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@tidewatch/event';
import type { DemoSenders } from './senders.ts';
import type { StoryEvent } from './story/index.ts';

/** Index that the story's documents are sent to, and so the HTTP input's source name for them. */
const demoIndex = 'demo-windows';

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
};

export interface PlayOptions {
  /** In order of time. What lies before now is sent at once; the rest when its time comes. */
  readonly story: Iterable<StoryEvent>;
  readonly send: Omit<DemoSenders, 'close'>;
  readonly clock?: Clock;
  readonly signal: AbortSignal;
  /** After each batch: how many were sent so far, and whether the play has caught up with now. */
  readonly onProgress?: (progress: { readonly sent: number; readonly live: boolean }) => void;
}

/** Largest batch: small enough that the receiver answers within a blink, large enough that an hour is sent in seconds. */
const batchSize = 500;
/** Live events wait at most this long for company, in milliseconds. */
const tickMs = 250;

/**
 * Plays a story through the real inputs: the past as fast as they take it, then live at its own pace. Resolves when
 * the story ends or the signal aborts, with the number of events handed over.
 */
export async function playDemo(options: PlayOptions): Promise<number> {
  const { story, send, clock = systemClock, signal, onProgress } = options;
  const events = story[Symbol.iterator]();
  let next = events.next();
  let sent = 0;
  while (!next.done && !signal.aborted) {
    const batch: StoryEvent[] = [];
    const now = clock.now();
    while (!next.done && next.value.at <= now && batch.length < batchSize) {
      batch.push(next.value);
      next = events.next();
    }
    if (batch.length > 0) {
      await sendBatch(batch, send);
      sent += batch.length;
    }
    const live = batch.length < batchSize;
    onProgress?.({ sent, live });
    if (live && !next.done) await clock.wait(Math.max(tickMs, next.value.at - clock.now()), signal);
  }
  return sent;
}

/** The channels side by side, so that no source runs far ahead of another. */
async function sendBatch(batch: readonly StoryEvent[], send: PlayOptions['send']): Promise<void> {
  const documents: JsonObject[] = [];
  const tcp: string[] = [];
  const udp: string[] = [];
  const file: string[] = [];
  for (const event of batch) {
    switch (event.channel) {
      case 'windows_http':
      case 'nxlog_http':
      case 'ecs_http':
        documents.push(event.payload);
        break;
      case 'syslog_tcp':
        tcp.push(event.payload);
        break;
      case 'syslog_udp':
        udp.push(event.payload);
        break;
      case 'nginx_file':
        file.push(event.payload);
        break;
    }
  }
  await Promise.all([
    documents.length > 0 && send.bulk(documents, demoIndex),
    tcp.length > 0 && send.syslogTcp(tcp),
    udp.length > 0 && send.syslogUdp(udp),
    file.length > 0 && send.appendFile(file),
  ]);
}
