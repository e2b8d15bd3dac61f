import { once } from 'node:events';
import { connect } from 'node:net';
import { inject } from 'vitest';
import { type OpenSearchOptions, type RunningOpenSearch, startOpenSearch } from './opensearch.ts';

export type BorrowedOpenSearch = Pick<RunningOpenSearch, 'url' | 'stop'>;

/**
 * An empty OpenSearch of the run, for a file of tests that neither kills it nor needs its process; one that is started for
 * it where the run lends none.
 */
export async function borrowOpenSearch(options: OpenSearchOptions = {}): Promise<BorrowedOpenSearch> {
  const lender = inject('openSearchLender') as number | undefined;
  if (lender === undefined) return startOpenSearch(options);
  const socket = connect(lender, '127.0.0.1');
  socket.write(JSON.stringify(options));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  const url = answer.toString();
  if (!url.startsWith('http:')) throw new Error(url);
  return {
    url,
    async stop() {
      socket.end();
      // Whoever comes next gets this one, and starts no other.
      await once(socket, 'close');
    },
  };
}
