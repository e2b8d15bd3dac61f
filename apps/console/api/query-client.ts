import {
  type InvalidateOptions,
  type InvalidateQueryFilters,
  type Query,
  QueryCache,
  QueryClient,
} from '@tanstack/react-query';
import { ApiProblem } from './client.ts';

/**
 * What is told to be no longer so is read anew. A reading that is under way and may be of before comes to its end before
 * that: the first one always, others where `cancelRefetch` is false, as it is for what is told again and again.
 */
class LiveQueryClient extends QueryClient {
  override async invalidateQueries(
    filters: InvalidateQueryFilters = {},
    options?: InvalidateOptions,
  ): Promise<void> {
    const goesOn = ({ state }: Query): boolean =>
      state.fetchStatus !== 'idle' && (state.data === undefined || options?.cancelRefetch === false);
    const under = new Set(this.getQueryCache().findAll(filters).filter(goesOn));
    const predicate = (query: Query): boolean => under.has(query);
    // Nobody sees what is fetched beforehand; whoever comes to it reads it then.
    void this.cancelQueries({ type: 'inactive', predicate });
    await super.invalidateQueries(filters, options);
    // To break a slow one off each time would leave it never done.
    if (under.size > 0) await super.invalidateQueries({ predicate }, { ...options, cancelRefetch: false });
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
