import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BacktestAsked, Backtests } from '@tidewatch/api';
import type { Scope, TimeRange } from '@tidewatch/store';
import { startErrors } from '../../errors.ts';
import { databasesOf } from '../adapters.ts';
import { parseDocuments } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { createStoredRuns, mostWaiting, type RunUnderWay, storedEvents } from '../stored_runs.ts';
import { workers } from '../workers.ts';
import { backtestSources } from './backtest_sources.ts';

type Run = NonNullable<ReturnType<Backtests['job']>>;

/** Runs rules that are not in force yet over the events that are stored, one job at a time. */
export function createBacktests(runtime: Runtime): Backtests {
  const { events } = databasesOf(runtime.adapters).store;
  const runs = createStoredRuns<Run>();

  async function work(
    asked: BacktestAsked,
    range: TimeRange,
    scope: Scope,
    { signal, change }: RunUnderWay<Run>,
  ): Promise<void> {
    change({ state: 'running', total: await events.count({ range }, scope) });
    const folder = await mkdtemp(join(tmpdir(), 'tidewatch-backtest-'));
    try {
      const sides = await backtestSources(asked, runtime, folder);
      const { backtest } = await import('@tidewatch/detector');
      const result = await backtest({
        ...sides,
        worker: workers.detector,
        events: storedEvents(events, { range }, scope, signal),
        onProgress: (done) => change({ done }),
      });
      change({ state: 'done', done: result.events, result });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    start({ asked, range, scope }) {
      if ('source' in asked) checkSource(asked.source);
      const run = 'source' in asked ? { source: asked.source } : {};
      const started = runs.start({ range, by: scope.principal, run }, (under) =>
        work(asked, range, scope, under),
      );
      if (started === undefined) throw startErrors.BACKTESTS_WAITING({ waiting: mostWaiting });
      return started;
    },
    job: runs.get,
    cancel: runs.cancel,
  };
}

/** @throws RULE_INVALID */
function checkSource(source: string): void {
  const { rules, correlations, filters, rejected } = parseDocuments(source);
  const [fault] = rejected;
  if (fault !== undefined || rules.length + correlations.length + filters.length === 0)
    throw startErrors.RULE_INVALID({ line: fault?.line ?? 1, reason: fault?.reason ?? 'It is empty.' });
}
