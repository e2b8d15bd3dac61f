import { setTimeout } from 'node:timers/promises';
import { createNormaliser, type NormaliserOptions } from '@tidewatch/normalize';
import type { HostedPlugin } from '@tidewatch/plugin';
import { createFileSnapshots, type Stream } from '@tidewatch/stream';
import { createJudge } from '../accept.ts';
import { eventsOf, log, type openIngest, readAll } from '../ingest.suite.ts';
import { createJobs, type Job, type JobRequest } from './jobs.ts';
import { openLedger } from './ledger.ts';
import type { LetterState } from './runs.ts';
import { searchLetters } from './search.ts';

export type Ingest = Awaited<ReturnType<typeof openIngest>>;

interface DeskOptions {
  readonly openProcessors?: () => Promise<readonly HostedPlugin[]>;
  readonly normaliser?: NormaliserOptions;
  /** In place of the real streams, to inject a fault. */
  readonly events?: Stream;
  readonly outcomes?: Stream;
}

/** Dead letters with all that works on them, over the real log of `ingest`. */
export async function openDesk(ingest: Ingest, options: DeskOptions = {}) {
  const { deadLetters: letters, metrics } = ingest;
  const outcomes = options.outcomes ?? ingest.letterOutcomes;
  const snapshots = createFileSnapshots(`${ingest.directory}/snapshots`);
  const ledger = await openLedger({ letters, outcomes, snapshots });
  const finished: Job[] = [];
  const jobs = createJobs({
    letters,
    outcomes,
    events: options.events ?? ingest.events,
    ledger,
    openJudge: async () => {
      const processors = (await options.openProcessors?.()) ?? [];
      const normalise = createNormaliser(options.normaliser ?? {});
      return {
        judge: createJudge({ normalise, processors, metrics }),
        close: async () => void (await Promise.all(processors.map((one) => one.close()))),
      };
    },
    metrics,
    log,
    onFinished: async (job) => void finished.push(job),
  });
  const ended = async (id: string): Promise<Job> => {
    for (;;) {
      const job = finished.find((one) => one.id === id);
      if (job !== undefined) return job;
      await setTimeout(5);
    }
  };
  const start = (request: Partial<JobRequest> = {}): Job =>
    jobs.start({ verb: 'replay', letters: { filter: { state: 'open' } }, by: 'ann', ...request });
  return {
    jobs,
    ledger,
    start,
    ended,
    work: (request: Partial<JobRequest> = {}) => ended(start(request).id),
    /** Ids of the letters in a state, newest first. */
    async inState(state: LetterState | 'open' | 'all'): Promise<number[]> {
      await ledger.drain();
      const { items } = await searchLetters(letters, ledger, { state }, { limit: 10_000, scanLimit: 10_000 });
      return items.map(({ letter }) => letter.position.offset);
    },
    open: async () => {
      await ledger.drain();
      return ledger.totals();
    },
    async close() {
      await jobs.close();
      await ledger.close();
    },
  };
}

export type Desk = Awaited<ReturnType<typeof openDesk>>;

export const idsIn = async (stream: Stream): Promise<string[]> =>
  eventsOf(await readAll(stream)).map(({ event }) => event.id);
