import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Backtest, Problem } from '@tidewatch/api/schemas';
import { reasonOf, startErrors } from '../errors.ts';
import { findServer } from '../server/run_file.ts';

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
  const { url, adminToken } = await findServer(data);
  const ask = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Backtest> => {
    const gone = (): never => {
      throw startErrors.NOT_RUNNING({ directory: data });
    };
    const response = await fetch(`${url}/api/rules/backtests${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(gone);
    const answer = (await response.json().catch(gone)) as Backtest & Partial<Problem>;
    if (!response.ok) throw startErrors.SERVER_REFUSED({ status: response.status, reason: answer.message });
    return answer;
  };
  const times = { from: moment(since), ...(until === undefined ? {} : { to: moment(until) }) };
  let job = await ask('POST', '', { source, ...times });
  while (job.finishedAt === undefined) {
    await setTimeout(pollMs);
    job = await ask('GET', `/${encodeURIComponent(job.id)}`);
    onProgress(job);
  }
  return job;
}

/** `2h` is two hours ago. */
const moment = (text: string): string => (/^\d+[smhdw]$/.test(text) ? `now-${text}` : text);

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
