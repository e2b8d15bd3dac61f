import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BacktestAsked, Backtests } from '@tidewatch/api';
import type { EcsEvent } from '@tidewatch/event';
import type { EventStore, Scope, TimeRange } from '@tidewatch/store';
import { startErrors } from '../../errors.ts';
import { databasesOf } from '../adapters.ts';
import { parseDocuments } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { workers } from '../workers.ts';
import { backtestSources } from './backtest_sources.ts';

/** Jobs that ended stay to be asked for. */
const keptJobs = 20;
/** They keep what they are to try in memory. */
const mostWaiting = 8;
const pageSize = 1_000;

type Job = NonNullable<ReturnType<Backtests['job']>>;

/** Runs rules that are not in force yet over the events that are stored, one job at a time. */
export function createBacktests(runtime: Runtime): Backtests {
  const { events } = databasesOf(runtime.adapters).store;
  const jobs = new Map<string, { job: Job; readonly cancelled: AbortController }>();
  let turn: Promise<unknown> = Promise.resolve();

  function change(id: string, more: Partial<Job>): void {
    const entry = jobs.get(id);
    if (entry !== undefined) entry.job = { ...entry.job, ...more };
  }

  async function run(id: string, asked: BacktestAsked, range: TimeRange, scope: Scope): Promise<void> {
    const { signal } = (jobs.get(id) as { cancelled: AbortController }).cancelled;
    signal.throwIfAborted();
    change(id, { state: 'running', total: await events.count({ range }, scope) });
    const folder = await mkdtemp(join(tmpdir(), 'tidewatch-backtest-'));
    try {
      const sides = await backtestSources(asked, runtime, folder);
      const { backtest } = await import('@tidewatch/detector');
      const result = await backtest({
        ...sides,
        worker: workers.detector,
        events: pages(events, range, scope, signal),
        onProgress: (done) => change(id, { done }),
      });
      change(id, { state: 'done', done: result.events, result });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    start({ asked, range, scope }) {
      if ('source' in asked) checkSource(asked.source);
      const waiting = [...jobs.values()].filter(({ job }) => job.state === 'waiting').length;
      if (waiting >= mostWaiting) throw startErrors.BACKTESTS_WAITING({ waiting });
      const id = randomUUID();
      const job: Job = {
        id,
        by: scope.principal,
        state: 'waiting',
        done: 0,
        createdAt: Date.now(),
        ...range,
      };
      jobs.set(id, { job, cancelled: new AbortController() });
      for (const [old, entry] of jobs)
        if (jobs.size > keptJobs && entry.job.finishedAt !== undefined) jobs.delete(old);
      turn = turn
        .then(() => run(id, asked, range, scope))
        .catch((error: Error) =>
          change(
            id,
            error.name === 'AbortError' ? { state: 'cancelled' } : { state: 'failed', detail: error.message },
          ),
        )
        .then(() => change(id, { finishedAt: Date.now() }));
      return job;
    },
    job: (id) => jobs.get(id)?.job,
    cancel(id) {
      const entry = jobs.get(id);
      if (entry === undefined || entry.job.finishedAt !== undefined) return false;
      entry.cancelled.abort();
      // One that waits has nothing to finish.
      if (entry.job.state === 'waiting') change(id, { state: 'cancelled', finishedAt: Date.now() });
      return true;
    },
  };
}

/** @throws RULE_INVALID */
function checkSource(source: string): void {
  const { rules, correlations, filters, rejected } = parseDocuments(source);
  const [fault] = rejected;
  if (fault !== undefined || rules.length + correlations.length + filters.length === 0)
    throw startErrors.RULE_INVALID({ line: fault?.line ?? 1, reason: fault?.reason ?? 'It is empty.' });
}

async function* pages(
  events: EventStore,
  range: TimeRange,
  scope: Scope,
  signal: AbortSignal,
): AsyncGenerator<readonly EcsEvent[]> {
  let after: string | undefined;
  do {
    signal.throwIfAborted();
    const page = await events.search(
      { range, sort: 'oldest', limit: pageSize, ...(after === undefined ? {} : { after }) },
      scope,
    );
    yield page.items;
    after = page.next;
  } while (after !== undefined);
}
