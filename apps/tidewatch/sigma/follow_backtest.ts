import { setTimeout } from 'node:timers/promises';
import type { Backtest, ComparedSets } from '@tidewatch/api/schemas';
import { isTidewatchError } from '@tidewatch/event';
import { askServer, moment } from '../server/ask.ts';

const pollMs = 250;
/** Where nobody looks at a line that is drawn anew, one is written so often. */
const sayMs = 10_000;

export interface BacktestTimes {
  /** ISO 8601, or a time back such as `7d`. */
  readonly since: string;
  readonly until?: string;
}

export interface Following {
  /** Ends the work on the server, too. */
  readonly signal: AbortSignal;
  readonly onProgress: (job: Backtest) => void;
}

/**
 * Has the server on a data folder run rules over the events it stores, and waits for the end.
 *
 * @throws NOT_RUNNING, SERVER_REFUSED
 */
export async function followBacktest(
  data: string,
  asked: { readonly source: string } | { readonly compare: ComparedSets },
  { since, until }: BacktestTimes,
  { signal, onProgress }: Following,
): Promise<Backtest> {
  const ask = await askServer(data);
  const times = { from: moment(since), ...(until === undefined ? {} : { to: moment(until) }) };
  let job = await ask<Backtest>('POST', '/rules/backtests', { ...asked, ...times });
  const path = `/rules/backtests/${encodeURIComponent(job.id)}`;
  while (job.finishedAt === undefined) {
    await setTimeout(pollMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) {
      await ask('DELETE', path).catch((error: unknown) => {
        // It ended meanwhile.
        if (!isTidewatchError(error, 'SERVER_REFUSED')) throw error;
      });
      return { ...job, state: 'cancelled' };
    }
    job = await ask<Backtest>('GET', path);
    onProgress(job);
  }
  return job;
}

/**
 * Runs something that Ctrl-C ends in order, and shows on standard error how far it is.
 *
 * @returns what it resolves to
 */
export async function whileFollowing<T>(
  say: (text: string) => void,
  run: (following: Following) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const onTerminal = process.stderr.isTTY;
  let said = Date.now();
  const onProgress = ({ state, done, total = 0 }: Backtest): void => {
    const share = total === 0 ? '' : ` (${Math.floor((done / total) * 100)} %)`;
    const text =
      state === 'waiting'
        ? 'waiting for another backtest'
        : `${count(done)} of ${count(total)} events${share}`;
    if (onTerminal) process.stderr.write(`\r\u001b[K${text}`);
    else if (Date.now() - said >= sayMs) {
      said = Date.now();
      say(text);
    }
  };
  try {
    return await run({ signal: interrupted.signal, onProgress });
  } finally {
    if (onTerminal) process.stderr.write('\r\u001b[K');
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** A number as people read it: `1,203`. */
export const count = (number: number): string => number.toLocaleString('en');
