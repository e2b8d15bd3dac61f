import type { EventPredicate } from '@tidewatch/query';
import type { DeepReadonly } from './deep_readonly.ts';
import type { DeadLetter, DeadLetterJob, DeadLetterPage, DeadLetterTotals } from './schemas/index.ts';

export interface DeadLetterFilter {
  readonly stage?: string;
  readonly reason?: string;
  readonly source?: string;
  readonly state: 'open' | 'all' | DeadLetter['state'];
  /** When they were put aside, epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
  /** A query, and its text. */
  readonly query?: { readonly matches: EventPredicate; readonly text: string };
}

/** Which letters a job takes: named ones, all that fit when it begins, or those of an earlier job. */
export type DeadLetterChoice =
  | { readonly ids: readonly string[] }
  | { readonly filter: DeadLetterFilter }
  | { readonly job: string };

/** Where dead letters are read and worked on. */
export interface DeadLetterDesk {
  /** Newest first. Looks at a bounded number of letters, found or not. */
  search(
    filter: DeadLetterFilter,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<DeepReadonly<DeadLetterPage>>;
  /** One letter with all its bytes. */
  get(id: string): Promise<DeepReadonly<DeadLetter> | undefined>;
  totals(): Promise<DeepReadonly<DeadLetterTotals>>;
  /** Queues work; it goes on after the answer. */
  start(request: {
    readonly verb: DeadLetterJob['verb'];
    readonly choice: DeadLetterChoice;
    readonly by: string;
    /** Why letters are dropped. */
    readonly note?: string;
  }): DeepReadonly<DeadLetterJob>;
  jobs(): readonly DeepReadonly<DeadLetterJob>[];
  job(id: string): DeepReadonly<DeadLetterJob> | undefined;
  /** False where there is nothing to end. */
  cancel(id: string): boolean;
}
