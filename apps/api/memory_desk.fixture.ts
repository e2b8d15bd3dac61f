import type { DeadLetterChoice, DeadLetterDesk } from './dead_letter_desk.ts';
import type { DeepReadonly } from './deep_readonly.ts';
import type { DeadLetter, DeadLetterJob } from './schemas/index.ts';

export const letter: DeadLetter = {
  id: '0-7',
  at: '2026-01-05T12:00:00.000Z',
  received: '2026-01-05T12:00:00.000Z',
  stage: 'normalise',
  reason: 'invalid_json',
  message: 'It is no JSON.',
  source: 'web',
  format: 'json',
  hints: { peer: '192.0.2.1' },
  event: 'e7',
  state: 'pending',
  raw: '<b>',
  encoding: 'utf8',
  bytes: 3,
};

const counts = { replayed: 0, failed_again: 0, refused: 0, dropped: 0, restored: 0, skipped: 0 };

/** One letter, and work that waits until it is cancelled; notes what it was asked. */
export function memoryDesk() {
  const jobs = new Map<string, DeadLetterJob>();
  const asked: { choice: DeadLetterChoice; note?: string }[] = [];
  const searched: unknown[] = [];
  const desk: DeadLetterDesk = {
    search: async (filter, page) => {
      searched.push([filter, page]);
      const found = filter.query === undefined || filter.query.matches({ raw: letter.raw, ...letter.hints });
      return { items: found ? [letter] : [], scanned: 1, next: '0-7' };
    },
    get: async (id) => (id === letter.id ? letter : undefined),
    totals: async () => ({
      totals: [{ stage: 'normalise', reason: 'invalid_json', source: 'web', count: 1 }],
    }),
    start: ({ verb, by, choice, note }) => {
      asked.push({ choice, ...(note === undefined ? {} : { note }) });
      const job: DeepReadonly<DeadLetterJob> = {
        id: `job-${jobs.size + 1}`,
        verb,
        by,
        state: 'waiting',
        done: 0,
        counts,
        createdAt: 0,
      };
      jobs.set(job.id, job);
      return job;
    },
    jobs: () => [...jobs.values()].reverse(),
    job: (id) => jobs.get(id),
    cancel: (id) => {
      const job = jobs.get(id);
      if (job?.state !== 'waiting') return false;
      jobs.set(id, { ...job, state: 'cancelled' });
      return true;
    },
  };
  return { ...desk, asked, searched };
}
