import {
  type InvalidateOptions,
  type InvalidateQueryFilters,
  type Query,
  QueryCache,
  QueryClient,
} from '@tanstack/react-query';
import { ApiProblem } from './client.ts';

const isFirstRead = ({ state }: Query): boolean => state.data === undefined && state.fetchStatus !== 'idle';

/** What is told to be no longer so is read anew, also where the first reading is under way and may be of before. */
class LiveQueryClient extends QueryClient {
  override async invalidateQueries(
    filters: InvalidateQueryFilters = {},
    options?: InvalidateOptions,
  ): Promise<void> {
    const first = new Set(this.getQueryCache().findAll(filters).filter(isFirstRead));
    const predicate = (query: Query): boolean => first.has(query);
    // Nobody sees what is fetched beforehand; whoever comes to it reads it then.
    void this.cancelQueries({ type: 'inactive', predicate });
    await super.invalidateQueries(filters, options);
    // The library goes on with a first reading, whatever is asked of it. To break it off would leave a slow one never done.
    if (first.size > 0) await super.invalidateQueries({ predicate }, { ...options, cancelRefetch: false });
  }
}

/**
 * Lists never refetch by themselves: a row must not move under the cursor. What is new is announced by the live
 * stream and loaded when asked for.
 *
 * @param onUnauthorised called when the session is over
 */
export function createQueryClient(onUnauthorised: () => void): QueryClient {
  return new LiveQueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiProblem && error.status === 401) onUnauthorised();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 502),
      },
    },
  });
}
