import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { idOf } from './events.ts';
import { isPoison } from './proxy.ts';
import type { Phase, PhaseResult } from './writer.child.ts';

/** A bulk writer in a process of its own. */
export interface WriterProcess {
  run(phase: Partial<Phase> & Pick<Phase, 'from' | 'count'>): Promise<PhaseResult>;
  stop(): Promise<void>;
}

/** Small requests and short waits: many faults in a short time. */
export const impatient = {
  timeout_ms: 250,
  bulk: { request_bytes: 128 * 1024, linger_ms: 20, max_requests: 8, retry_ms: { first: 5, most: 100 } },
};

export async function startWriter(url: string, config: object = impatient): Promise<WriterProcess> {
  const child: ChildProcess = fork(
    join(import.meta.dirname, 'writer.child.ts'),
    [url, JSON.stringify(config)],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  const ended = once(child, 'exit').then(([code]): never => {
    throw new Error(`The writer ended with ${code}.`);
  });
  // Only awaited beside an answer; the end that `stop` brings is no failure.
  ended.catch(() => {});
  const answer = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0];
  await answer();
  return {
    async run(phase) {
      child.send({ batch: 250, writers: 8, everyMs: 0, ...phase } satisfies Phase);
      const result = (await answer()) as PhaseResult | { error: string };
      if ('error' in result) throw new Error(result.error);
      return result;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Where the events of a run ended up, against where they should have. */
export interface Account {
  readonly events: number;
  readonly stored: number;
  readonly rejected: number;
  /** Told stored, or already there, and not in the store. */
  readonly lost: number;
  /** More than once in the store, or in the store and rejected. */
  readonly double: number;
  /** Rejected though nothing was wrong with them. */
  readonly wronged: number;
}

/**
 * @param stored ids with how often they are in the store
 * @param poison whether documents that {@link isPoison} were to be rejected
 */
export function account(
  { from, count }: Pick<Phase, 'from' | 'count'>,
  { rejected }: PhaseResult,
  stored: ReadonlyMap<string, number>,
  poison: boolean,
): Account {
  const refused = new Set(rejected);
  const found = { events: count, stored: 0, rejected: refused.size, lost: 0, double: 0, wronged: 0 };
  for (let n = from; n < from + count; n++) {
    const id = idOf(n);
    const times = stored.get(id) ?? 0;
    if (times > 0) found.stored++;
    if (times === 0 && !refused.has(n)) found.lost++;
    if (times > 1 || (times > 0 && refused.has(n))) found.double++;
    if (refused.has(n) && !(poison && isPoison(id))) found.wronged++;
  }
  return found;
}
