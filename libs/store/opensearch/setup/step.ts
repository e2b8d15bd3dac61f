import type { OpenSearchConnection } from '../client.ts';

/**
 * One thing that was looked at, and what came of it:
 *
 * - `there`: nothing was to do.
 * - `created`, `changed`: done; with a dry run, what would be.
 * - `later`: cannot be changed where it is, and will be right from the next partition on.
 * - `lacking`: what the cluster has not; Tidewatch works without it.
 * - `refused`: was to be done, and the cluster would not.
 */
export interface SetupStep {
  readonly what: string;
  readonly state: 'there' | 'created' | 'changed' | 'later' | 'lacking' | 'refused';
  /** A sentence for whoever set it up. */
  readonly says?: string;
}

/** Where something is set up; a dry run reads only. */
export interface Setup {
  readonly connection: OpenSearchConnection;
  readonly dryRun: boolean;
}
