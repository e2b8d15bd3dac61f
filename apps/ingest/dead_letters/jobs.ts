import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { isTidewatchError } from '@tidewatch/event';
import type { NewRecord, Position, Stream } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { errors } from '../errors.ts';
import type { LetterLedger } from './ledger.ts';
import type { KeptLetter } from './letter.ts';
import { encodeOutcome, type LetterOutcome, type OutcomeKind } from './outcome.ts';
import { type OwnJudge, openReplay, type Treated } from './replay.ts';
import { isOpen } from './runs.ts';
import type { LetterFilter } from './search.ts';
import { readSelection, type Selection, selectByFilter, selectPositions, sizeOf } from './selection.ts';

export type JobVerb = 'replay' | 'drop' | 'restore';

/** Which letters: named ones, all that fit a filter when the job begins, or those of an earlier job. */
export type JobLetters =
  | { readonly ids: readonly Position[] }
  /** `query` is the text of the filter's `matches`. */
  | { readonly filter: LetterFilter; readonly query?: string }
  | { readonly job: string };

export interface JobRequest {
  readonly verb: JobVerb;
  readonly letters: JobLetters;
  readonly by: string;
  /** Why letters are dropped. */
  readonly note?: string;
}

/** A job's results by what became of letters; `skipped` ones were dealt with already, or are gone. */
export type JobCounts = Readonly<Record<Treated['result'] | 'skipped', number>>;

export interface Job {
  readonly id: string;
  readonly verb: JobVerb;
  readonly by: string;
  readonly state: 'waiting' | 'selecting' | 'running' | 'done' | 'cancelled' | 'failed';
  /** Undefined until the letters are selected. */
  readonly total?: number;
  readonly done: number;
  readonly counts: JobCounts;
  /** What holds it up, why it failed, or why its last letter did. */
  readonly detail?: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly finishedAt?: number;
}

export interface JobsDeps {
  readonly letters: Stream;
  readonly outcomes: Stream;
  readonly events: Stream;
  readonly ledger: LetterLedger;
  /** For one job; see {@link ReplayDeps}. */
  readonly openJudge: () => Promise<OwnJudge>;
  readonly openSealed?: ((sealed: Uint8Array, id: string) => Uint8Array | undefined) | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Told once of each job that ended. */
  readonly onFinished?: (job: Job) => Promise<void>;
}

export interface LetterJobs {
  /**
   * Queues a job; jobs run one after the other, so that no letter is in two hands.
   *
   * @throws TOO_MANY_JOBS
   */
  start(request: JobRequest): Job;
  get(id: string): Job | undefined;
  /** Newest first; the last fifty. */
  list(): readonly Job[];
  /** Ends it after the letters in hand, whose outcomes count. False where there is nothing to end. */
  cancel(id: string): boolean;
  /** Cancels what runs and waits for it. */
  close(): Promise<void>;
}

interface Treatment {
  treat(letters: readonly KeptLetter[]): Promise<readonly Treated[]>;
  close(): Promise<void>;
}

interface RunningJob {
  job: Job;
  readonly request: JobRequest;
  readonly abort: AbortController;
  selection: Selection;
}

const remembered = 50;
const mostWaiting = 20;
/** Between tries while the log has no room, in milliseconds. */
const patienceMs = 1_000;
const none: JobCounts = { replayed: 0, failed_again: 0, refused: 0, dropped: 0, restored: 0, skipped: 0 };
const settledBy = { drop: 'dropped', restore: 'restored' } as const satisfies Record<string, OutcomeKind>;
const isEnded = ({ state }: Job): boolean => state === 'done' || state === 'cancelled' || state === 'failed';

/**
 * Works on letters in the background. The order is: event durable, then its outcome. A crash between the two leaves the
 * letter open, and its next replay makes the same event, which the store knows.
 */
export function createJobs(deps: JobsDeps): LetterJobs {
  const { letters, outcomes, ledger, log } = deps;
  const jobs = new Map<string, RunningJob>();
  let turn: Promise<void> = Promise.resolve();

  const update = (running: RunningJob, change: Partial<Job>) => {
    running.job = { ...running.job, ...change };
  };

  async function select({ request, abort }: RunningJob): Promise<Selection> {
    const { letters: which, verb } = request;
    if ('ids' in which) return selectPositions(which.ids);
    if ('job' in which) return jobs.get(which.job)?.selection ?? new Map();
    const state = verb === 'restore' ? 'dropped' : which.filter.state;
    return selectByFilter(letters, ledger, { ...which.filter, state }, abort.signal);
  }

  /** Waits where the log is full: nothing is lost meanwhile, and cancelling ends it. */
  async function append(running: RunningJob, stream: Stream, records: readonly NewRecord[]): Promise<void> {
    for (;;) {
      try {
        await stream.append(records);
        return;
      } catch (error) {
        if (!isTidewatchError(error, 'STREAM_FULL')) throw error;
        update(running, { detail: error.message });
        await setTimeout(patienceMs, undefined, { signal: running.abort.signal });
      }
    }
  }

  async function openTreatment(running: RunningJob): Promise<Treatment> {
    const { verb, note } = running.request;
    if (verb === 'replay') {
      const replay = await openReplay(deps, running.job.id, running.abort.signal);
      const patiently = (stream: Stream, records: readonly NewRecord[]) => append(running, stream, records);
      return { treat: (some) => replay.treat(some, patiently), close: replay.close };
    }
    const result = settledBy[verb];
    const message = note === undefined ? {} : { message: note };
    return {
      treat: async (some) => some.map((letter) => ({ letter, result, ...message })),
      close: async () => {},
    };
  }

  async function work(running: RunningJob): Promise<void> {
    const { request, abort } = running;
    update(running, { state: 'selecting' });
    // What earlier jobs and processes did is known before anything is done.
    await ledger.drain();
    running.selection = await select(running);
    abort.signal.throwIfAborted();
    update(running, { state: 'running', total: sizeOf(running.selection) });
    const eligible = ({ position }: KeptLetter): boolean => {
      const state = ledger.stateOf(position);
      return request.verb === 'restore' ? state === 'dropped' : isOpen(state);
    };
    if (running.selection.size > 0) await treatAll(running, eligible);
    await ledger.drain();
  }

  async function treatAll(running: RunningJob, eligible: (letter: KeptLetter) => boolean): Promise<void> {
    const treatment = await openTreatment(running);
    try {
      for await (const batch of readSelection(letters, running.selection)) {
        running.abort.signal.throwIfAborted();
        const treated = await treatment.treat(batch.filter(eligible));
        const records = treated.flatMap((one) => toOutcome(one, running));
        if (records.length > 0) await append(running, outcomes, records.map(encodeOutcome));
        count(running, treated);
      }
    } finally {
      await treatment.close();
    }
  }

  function count(running: RunningJob, treated: readonly Treated[]): void {
    const counts: Record<keyof JobCounts, number> = { ...running.job.counts };
    for (const { result } of treated) counts[result]++;
    const done = running.job.done + treated.length;
    const failure = treated.findLast(({ result }) => result === 'failed_again' || result === 'refused');
    update(running, { counts, done, ...(failure?.message === undefined ? {} : { detail: failure.message }) });
  }

  async function run(running: RunningJob): Promise<void> {
    const { abort } = running;
    try {
      abort.signal.throwIfAborted();
      await work(running);
      const { done, total = 0, counts } = running.job;
      update(running, { state: 'done', done: total, counts: { ...counts, skipped: total - done } });
    } catch (error) {
      if (abort.signal.aborted) update(running, { state: 'cancelled' });
      else {
        log.error({ err: error, job: running.job.id }, 'Work on dead letters failed');
        update(running, { state: 'failed', detail: (error as Error).message });
      }
    }
    update(running, { finishedAt: Date.now() });
    await deps.onFinished?.(running.job).catch((error: unknown) => {
      log.error({ err: error, job: running.job.id }, 'The end of work on dead letters could not be noted');
    });
  }

  function forgetOldest(): void {
    for (const [id, { job }] of jobs) if (jobs.size > remembered && isEnded(job)) jobs.delete(id);
  }

  return {
    start(request) {
      const waiting = [...jobs.values()].filter(({ job }) => !isEnded(job));
      const same = waiting.find(({ request: other }) => isSame(request, other));
      if (same !== undefined) return same.job;
      if (waiting.length >= mostWaiting) throw errors.TOO_MANY_JOBS({ most: mostWaiting });
      const { verb, by } = request;
      const running: RunningJob = {
        job: { id: randomUUID(), verb, by, state: 'waiting', done: 0, counts: none, createdAt: Date.now() },
        request,
        abort: new AbortController(),
        selection: new Map(),
      };
      jobs.set(running.job.id, running);
      forgetOldest();
      turn = turn.then(() => run(running));
      return running.job;
    },
    get: (id) => jobs.get(id)?.job,
    list: () => [...jobs.values()].map(({ job }) => job).reverse(),
    cancel(id) {
      const running = jobs.get(id);
      if (running === undefined || isEnded(running.job)) return false;
      running.abort.abort();
      return true;
    },
    async close() {
      for (const { abort } of jobs.values()) abort.abort();
      await turn;
    },
  };
}

/** A button pressed twice is one job. */
const isSame = (one: JobRequest, other: JobRequest): boolean =>
  one.verb === other.verb && JSON.stringify(one.letters) === JSON.stringify(other.letters);

function toOutcome({ letter, result, reason, message }: Treated, { job }: RunningJob): LetterOutcome[] {
  if (result === 'refused') return [];
  return [
    {
      letter: letter.position,
      outcome: result,
      by: job.by,
      job: job.id,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      counted: letter,
    },
  ];
}
