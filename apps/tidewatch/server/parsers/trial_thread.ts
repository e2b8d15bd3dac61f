import type { ParserTried } from '@tidewatch/api';
import { isTidewatchError } from '@tidewatch/event';
import type { ParserSet } from '@tidewatch/normalize';
import { type AskedThread, startAskedThread } from '@tidewatch/plugin';
import type { Trials } from './trials.ts';

/** What the thread is asked: to know the parsers that trials are made beside, or for one of these. */
export type AskedTrial =
  | { readonly parsers: readonly { readonly text: string; readonly file: string }[] }
  | { readonly trial: keyof Trials; readonly asked: unknown };

interface Limits {
  /** Of one trial, milliseconds. */
  readonly timeoutMs: number;
  /** MiB that a trial's objects may take. */
  readonly heapMb: number;
  /** Trials that wait for the one under way; more are refused. */
  readonly waiting: number;
}

export const trialLimits: Limits = { timeoutMs: 10_000, heapMb: 256, waiting: 8 };

/** To start and to know the parsers in force takes its time on a busy machine, which is not the trial's. */
const startMs = 30_000;
/** A thread that nobody asks any more is ended after so long, milliseconds. */
const idleMs = 60_000;

/** Tries parsers beside those in force, one after the other. */
export interface TrialThread extends Trials {
  close(): Promise<void>;
}

type Thread = AskedThread<AskedTrial, { readonly tried?: ParserTried<never> }>;

/**
 * Makes trials in a thread that is started for the first of them. One that takes more than it may is ended, with all that
 * it holds, and says so; the next one begins in a new thread.
 *
 * @param program of the thread
 */
export function createTrialThread(
  program: URL,
  parsers: () => ParserSet,
  { timeoutMs, heapMb, waiting }: Limits = trialLimits,
): TrialThread {
  let thread: Thread | undefined;
  let known: ParserSet | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asking = 0;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function end(): Promise<void> {
    const ending = thread;
    thread = undefined;
    known = undefined;
    await ending?.end();
  }

  async function ask(trial: keyof Trials, asked: unknown): Promise<ParserTried<never>> {
    clearTimeout(idle);
    if (closed) return { ok: false, busy: true };
    thread ??= startAskedThread(program, { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    try {
      const current = parsers();
      if (current !== known) {
        const texts = current.entries.map(({ parser: { text, file } }) => ({ text, file }));
        await thread.ask({ parsers: texts }, startMs);
        known = current;
      }
      const { tried } = await thread.ask({ trial, asked }, timeoutMs);
      idle = setTimeout(() => void end(), idleMs).unref();
      return tried as ParserTried<never>;
    } catch (error) {
      await end();
      if (isTidewatchError(error, 'THREAD_TIME'))
        return { ok: false, ended: `It took more than ${timeoutMs / 1_000} s.` };
      if (isTidewatchError(error, 'THREAD_MEMORY'))
        return { ok: false, ended: `It took more than ${heapMb} MiB of memory.` };
      // From handing it over: the thread's own errors are of no such kind.
      if (error instanceof RangeError) return { ok: false, ended: 'What was sent nests too deeply.' };
      throw error;
    }
  }

  const tryOne =
    <K extends keyof Trials>(trial: K) =>
    async (asked: Parameters<Trials[K]>[0]): Promise<ParserTried<never>> => {
      if (asking > waiting) return { ok: false, busy: true };
      asking++;
      const tried = turn.then(() => ask(trial, asked));
      turn = tried.catch(() => {});
      return tried.finally(() => asking--);
    };

  return {
    parse: tryOne('parse'),
    test: tryOne('test'),
    suggest: tryOne('suggest'),
    async close() {
      closed = true;
      clearTimeout(idle);
      await end();
      await turn;
    },
  };
}
