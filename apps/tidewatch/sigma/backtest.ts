import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Backtest } from '@tidewatch/api/schemas';
import { reasonOf, startErrors } from '../errors.ts';
import { askServer, moment } from '../server/ask.ts';

const pollMs = 250;

export interface BacktestOptions {
  /** File of a rule, correlation or filter. */
  readonly rule: string;
  /** ISO 8601, or a time back such as `7d`. */
  readonly since: string;
  readonly until?: string;
}

/**
 * Has the server on a data folder run a rule over the events it stores, and waits for the end.
 *
 * @throws FILE_UNREADABLE, NOT_RUNNING, SERVER_REFUSED
 */
export async function runBacktest(
  data: string,
  { rule, since, until }: BacktestOptions,
  onProgress: (job: Backtest) => void,
): Promise<Backtest> {
  const source = await readFile(rule, 'utf8').catch((error: unknown) => {
    throw startErrors.FILE_UNREADABLE({ file: rule, reason: reasonOf(error) });
  });
  const ask = await askServer(data);
  const times = { from: moment(since), ...(until === undefined ? {} : { to: moment(until) }) };
  let job = await ask<Backtest>('POST', '/rules/backtests', { source, ...times });
  while (job.finishedAt === undefined) {
    await setTimeout(pollMs);
    job = await ask<Backtest>('GET', `/rules/backtests/${encodeURIComponent(job.id)}`);
    onProgress(job);
  }
  return job;
}

/** What a backtest found, for people. */
export function backtestText({ result, detail, state, from, to }: Backtest): string {
  if (result === undefined)
    return `The backtest ${state === 'failed' ? `failed: ${detail}` : `is ${state}`}.`;
  const lines = result.rejected.map(({ title, reason }) => `rejected  ${title}: ${reason}`);
  for (const { title, id, level, silent, before, after, samples } of result.rules) {
    lines.push(`${title} (${level}, ${id})${silent ? ', makes no alerts of its own' : ''}`);
    lines.push(`  matches  ${change(before.matches, after.matches)}`);
    if (!silent) lines.push(`  alerts   ${change(before.alerts, after.alerts)}`);
    for (const { only, time, key, event } of samples)
      lines.push(
        `  ${only === 'after' ? '+' : '-'} ${new Date(time).toISOString()}  ${key.map(({ field, value }) => `${field}=${value}`).join(' ')}  ${event}`,
      );
  }
  const span = `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
  return [...lines, `${result.events} events, ${span}`].join('\n');
}

const change = (before: number, after: number): string =>
  before === after ? `${after}` : `${after} (now ${before})`;
