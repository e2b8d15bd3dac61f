import type {
  DeadLetter,
  DeadLetterJob,
  DeadLetterPage,
  DeadLetterTotals,
  Problem,
} from '@tidewatch/api/schemas';
import { startErrors } from '../errors.ts';
import { findServer } from '../server/run_file.ts';

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
  const { url, adminToken } = await findServer(data);
  /** It may end at any time, in the middle of an answer too. */
  const gone = (): never => {
    throw startErrors.NOT_RUNNING({ directory: data });
  };
  const ask = async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/api/dead-letters${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(gone);
    const answer = (await response.json().catch(gone)) as T & Partial<Problem>;
    if (!response.ok) throw startErrors.SERVER_REFUSED({ status: response.status, reason: answer.message });
    return answer;
  };
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
