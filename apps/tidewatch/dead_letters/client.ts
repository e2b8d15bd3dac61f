import type { DeadLetter, DeadLetterJob, DeadLetterPage, DeadLetterTotals } from '@tidewatch/api/schemas';
import { askServer } from '../server/ask.ts';

/** What the command line filters by, as the API's query has it. */
export type AskedFilter = Readonly<
  Partial<Record<'stage' | 'reason' | 'source' | 'from' | 'to' | 'state' | 'q', string>>
>;

export type Choice = { readonly ids: readonly string[] } | { readonly filter: AskedFilter };

export interface DeadLetterClient {
  /** The newest letters that fit, at most `limit`, newest first. */
  list(filter: AskedFilter, limit: number): Promise<DeadLetter[]>;
  get(id: string): Promise<DeadLetter>;
  totals(): Promise<DeadLetterTotals['totals']>;
  start(verb: DeadLetterJob['verb'], choice: Choice, more?: { reason: string }): Promise<DeadLetterJob>;
  job(id: string): Promise<DeadLetterJob>;
}

const pageLetters = 200;

/**
 * Asks the server that runs on the data folder, with its own admin token.
 *
 * @throws NOT_RUNNING, SERVER_REFUSED
 */
export async function deadLetterClient(data: string): Promise<DeadLetterClient> {
  const api = await askServer(data);
  const ask = <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> =>
    api(method, `/dead-letters${path}`, body);
  return {
    async list(filter, limit) {
      const letters: DeadLetter[] = [];
      let after: string | undefined;
      do {
        const query = new URLSearchParams({
          ...filter,
          limit: String(Math.min(pageLetters, limit - letters.length)),
          ...(after === undefined ? {} : { after }),
        });
        const { items, next } = await ask<DeadLetterPage>('GET', `?${query}`);
        letters.push(...items);
        after = next;
      } while (after !== undefined && letters.length < limit);
      return letters;
    },
    get: (id) => ask('GET', `/${encodeURIComponent(id)}`),
    totals: async () => (await ask<DeadLetterTotals>('GET', '/totals')).totals,
    start: (verb, choice, more = undefined) => ask('POST', `/${verb}`, { ...choice, ...more }),
    job: (id) => ask('GET', `/jobs/${encodeURIComponent(id)}`),
  };
}
