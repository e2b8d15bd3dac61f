import { readFile } from 'node:fs/promises';
import type { Backtest } from '@tidewatch/api/schemas';
import { reasonOf, startErrors } from '../errors.ts';
import { creditLines } from './credit.ts';
import { type BacktestTimes, count, type Following, followBacktest } from './follow_backtest.ts';

export interface BacktestOptions extends BacktestTimes {
  /** File of a rule, correlation or filter. */
  readonly rule: string;
}

/**
 * Has the server on a data folder run a rule over the events it stores, and waits for the end.
 *
 * @throws FILE_UNREADABLE, NOT_RUNNING, SERVER_REFUSED
 */
export async function runBacktest(
  data: string,
  { rule, ...times }: BacktestOptions,
  following: Following,
): Promise<Backtest> {
  const source = await readFile(rule, 'utf8').catch((error: unknown) => {
    throw startErrors.FILE_UNREADABLE({ file: rule, reason: reasonOf(error) });
  });
  return followBacktest(data, { source }, times, following);
}

export type MeasuredRule = NonNullable<Backtest['result']>['rules'][number];

/** What a backtest found, for people. */
export function backtestText(job: Backtest): string {
  const { result } = job;
  if (result === undefined) return unfinishedText(job);
  return [
    ...result.rejected.map(({ title, reason }) => `rejected  ${title}: ${reason}`),
    ...result.rules.flatMap((rule) => [
      `${rule.title} (${rule.level}, ${rule.id})`,
      `  ${foundText(rule)}`,
      ...creditLines(rule),
      ...sampleLines(rule),
    ]),
    `${count(result.events)} events, ${spanOf(job)}`,
  ].join('\n');
}

export const unfinishedText = ({ state, detail }: Backtest): string =>
  `The backtest ${state === 'failed' ? `failed: ${detail}` : `is ${state}`}.`;

export const spanOf = ({ from, to }: Pick<Backtest, 'from' | 'to'>): string =>
  `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;

/** What one rule finds before and after: `alerts 12 → 3, matches 40 → 5`. */
export function foundText({ silent, before, after }: MeasuredRule): string {
  const alerts = silent ? 'no alerts of its own' : `alerts ${change(before.alerts, after.alerts)}`;
  return `${alerts}, matches ${change(before.matches, after.matches)}`;
}

/** What only one side finds, indented by two blanks. */
export const sampleLines = ({ samples }: MeasuredRule): string[] =>
  samples.map(
    ({ only, time, key, event }) =>
      `  ${only === 'after' ? '+' : '-'} ${new Date(time).toISOString()}  ${key.map(({ field, value }) => `${field}=${value}`).join(' ')}  ${event}`,
  );

const change = (before: number, after: number): string =>
  before === after ? count(after) : `${count(before)} → ${count(after)}`;
