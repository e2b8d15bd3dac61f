import { randomUUID } from 'node:crypto';
import type { EcsEvent } from '@tidewatch/event';
import type { KqlNode } from '@tidewatch/query';
import type { EventStore, Scope, TimeRange } from '@tidewatch/store';

/** Runs that ended stay to be asked for. */
const keptRuns = 20;
/** They keep what they are to try in memory. */
export const mostWaiting = 8;
const pageSize = 1_000;

/** Work over stored events, as who asked for it is told of it. Times are epoch milliseconds. */
export interface StoredRun extends TimeRange {
  readonly id: string;
  readonly by: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  /** Events looked at, of how many. */
  readonly done: number;
  readonly total?: number | undefined;
  readonly createdAt: number;
  readonly finishedAt?: number | undefined;
  /** Why it failed. */
  readonly detail?: string | undefined;
}

/** What every run begins with. */
type Begun = Pick<StoredRun, 'id' | 'by' | 'state' | 'done' | 'createdAt' | 'from' | 'to'>;

export interface RunUnderWay<Run extends StoredRun> {
  readonly signal: AbortSignal;
  change(more: Partial<Run>): void;
}

export interface StoredRuns<Run extends StoredRun> {
  /** Answers undefined where too many wait. What `work` changed last stays. */
  start(
    asked: { readonly range: TimeRange; readonly by: string; readonly run: Omit<Run, keyof StoredRun> },
    work: (run: RunUnderWay<Run>) => Promise<void>,
  ): Run | undefined;
  get(id: string): Run | undefined;
  /** False where it is not under way. */
  cancel(id: string): boolean;
}

/** Runs over stored events, one at a time; the last ones are remembered while this process lives. */
export function createStoredRuns<Run extends StoredRun>(): StoredRuns<Run> {
  const runs = new Map<string, { run: Run; readonly cancelled: AbortController }>();
  let turn: Promise<unknown> = Promise.resolve();

  return {
    start({ range, by, run: own }, work) {
      const waiting = [...runs.values()].filter(({ run }) => run.state === 'waiting').length;
      if (waiting >= mostWaiting) return undefined;
      const id = randomUUID();
      const begun: Begun = { id, by, state: 'waiting', done: 0, createdAt: Date.now(), ...range };
      const entry = { run: { ...own, ...begun } as unknown as Run, cancelled: new AbortController() };
      runs.set(id, entry);
      for (const [old, { run }] of runs)
        if (runs.size > keptRuns && run.finishedAt !== undefined) runs.delete(old);
      const change = (more: Partial<StoredRun> | Partial<Run>): void => {
        entry.run = { ...entry.run, ...more };
      };
      const { signal } = entry.cancelled;
      turn = turn
        .then(() => {
          signal.throwIfAborted();
          return work({ signal, change });
        })
        .catch((error: Error) =>
          change(
            error.name === 'AbortError' ? { state: 'cancelled' } : { state: 'failed', detail: error.message },
          ),
        )
        .then(() => change({ finishedAt: Date.now() }));
      return entry.run;
    },
    get: (id) => runs.get(id)?.run,
    cancel(id) {
      const entry = runs.get(id);
      if (entry === undefined || entry.run.finishedAt !== undefined) return false;
      entry.cancelled.abort();
      // One that waits has nothing to finish.
      if (entry.run.state === 'waiting')
        entry.run = { ...entry.run, state: 'cancelled', finishedAt: Date.now() };
      return true;
    },
  };
}

/** What is stored of a time, oldest first, a page at a time. */
export async function* storedEvents(
  events: EventStore,
  request: { readonly query?: KqlNode; readonly range: TimeRange },
  scope: Scope,
  signal?: AbortSignal,
): AsyncGenerator<readonly EcsEvent[]> {
  let after: string | undefined;
  do {
    signal?.throwIfAborted();
    const page = await events.search(
      { ...request, sort: 'oldest', limit: pageSize, ...(after === undefined ? {} : { after }) },
      scope,
    );
    yield page.items;
    after = page.next;
  } while (after !== undefined);
}
