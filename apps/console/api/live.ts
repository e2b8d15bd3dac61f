import type { LiveMessages } from '@tidewatch/api/schemas';
import { useEffect, useRef, useSyncExternalStore } from 'react';

export type LiveName = keyof LiveMessages;

export interface Connection {
  readonly state: 'connecting' | 'live' | 'reconnecting';
  /** Epoch milliseconds since when it is so. */
  readonly since: number;
}

const names: readonly LiveName[] = ['alert', 'events', 'health', 'demo', 'beat', 'resync'];
/** The server sends a beat each second. */
const silentMs = 2_500;
const idle: Connection = { state: 'connecting', since: 0 };

/** One EventSource for the whole page, opened with the first listener. */
class LiveStream {
  #connection: Connection = idle;
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  /** What a stream that is opened anew begins after. */
  #lastId = '';
  #heardAt = 0;
  #watching: ReturnType<typeof setInterval> | undefined;
  readonly #watchers = new Set<() => void>();
  readonly #handlers = new Map<LiveName, Set<(message: never) => void>>();

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    this.#open();
    return () => {
      this.#watchers.delete(watcher);
    };
  };

  readonly connection = (): Connection => this.#connection;

  on<K extends LiveName>(name: K, handler: (message: LiveMessages[K]) => void): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler as (message: never) => void));
    this.#open();
    return () => {
      handlers.delete(handler as (message: never) => void);
    };
  }

  #open(): void {
    if (this.#source !== undefined || typeof EventSource === 'undefined') return;
    const after = this.#lastId === '' ? '' : `?lastEventId=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(`/api/live${after}`);
    this.#source = source;
    source.onopen = () => {
      this.#attempts = 0;
      this.#heardAt = Date.now();
      this.#become('live');
    };
    source.onerror = () => {
      this.#become('reconnecting');
      // The browser retries broken connections itself, but gives up on an HTTP error such as 401 or 502.
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#reopen(), Math.min(30_000, 1_000 * 2 ** this.#attempts++));
    };
    // A server that stands still keeps its connections. Messages that wait in the queue go first.
    this.#watching ??= setInterval(() => {
      if (this.#connection.state !== 'live' || Date.now() - this.#heardAt < silentMs) return;
      setTimeout(() => {
        if (Date.now() - this.#heardAt >= silentMs) this.#become('reconnecting');
      });
    }, 100);
    for (const name of names) {
      source.addEventListener(name, (message: MessageEvent<string>) => {
        this.#heardAt = Date.now();
        if (message.lastEventId !== '') this.#lastId = message.lastEventId;
        this.#become('live');
        const data = JSON.parse(message.data) as never;
        for (const handler of this.#handlers.get(name) ?? []) handler(data);
      });
    }
  }

  #reopen(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#open();
  }

  #become(state: Connection['state']): void {
    if (this.#connection.state === state) return;
    this.#connection = { state, since: state === 'live' ? Date.now() : this.#heardAt || Date.now() };
    for (const watcher of this.#watchers) watcher();
  }
}

const stream = new LiveStream();

export const useConnection = (): Connection =>
  useSyncExternalStore(stream.watch, stream.connection, () => idle);

/** Calls the newest `handler` for each live message of this name. */
export function useLive<K extends LiveName>(name: K, handler: (message: LiveMessages[K]) => void): void {
  const newest = useRef(handler);
  useEffect(() => {
    newest.current = handler;
  });
  useEffect(() => stream.on(name, (message) => newest.current(message)), [name]);
}
