import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import type {
  AlertActionBody,
  AlertChangeResult,
  AlertDetail,
  AlertGroups,
  AlertPage,
  AlertRow,
  AlertTotals,
  Histogram,
} from '@tidewatch/api/schemas';
import { ApiProblem, change, get } from './client.ts';

export interface AlertFilter {
  readonly q: string;
  readonly from: string;
  readonly to: string;
}
export type AlertSort = 'newest' | 'oldest' | 'severity';
export type AlertAction = AlertActionBody['action'];

type Pages = InfiniteData<AlertPage, string | undefined>;

export const useAlerts = (filter: AlertFilter, sort: AlertSort) =>
  useInfiniteQuery({
    queryKey: ['alerts', filter, sort],
    queryFn: ({ pageParam, signal }) =>
      get<AlertPage>('/api/alerts', { ...filter, sort, limit: 100, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export type GroupOrder = 'count' | 'newest';

export const useAlertGroups = (filter: AlertFilter, by: readonly string[], sort: GroupOrder) =>
  useInfiniteQuery({
    queryKey: ['alert-groups', filter, by, sort],
    queryFn: ({ pageParam, signal }) => {
      const asked = { ...filter, by: by.join(','), sort, limit: 100, after: pageParam };
      return get<AlertGroups>('/api/alerts/groups', asked, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    enabled: by.length > 0,
    placeholderData: keepPreviousData,
  });

/** The newest few alerts of a group. */
export const useNewest = (filter: AlertFilter, limit: number) =>
  useQuery({
    queryKey: ['alert-sample', filter, limit],
    queryFn: ({ signal }) => get<AlertPage>('/api/alerts', { ...filter, sort: 'newest', limit }, signal),
  });

export const useAlertTotals = (filter: AlertFilter) =>
  useQuery({
    queryKey: ['alert-totals', filter],
    queryFn: ({ signal }) => get<AlertTotals>('/api/alerts/totals', { ...filter }, signal),
    placeholderData: keepPreviousData,
  });

export const useAlertHistogram = (filter: AlertFilter) =>
  useQuery({
    queryKey: ['alert-histogram', filter],
    queryFn: ({ signal }) =>
      get<Histogram>('/api/alerts/histogram', { ...filter, buckets: 80, split: 'level' }, signal),
    placeholderData: keepPreviousData,
  });

const alertQuery = (id: string) => ({
  queryKey: ['alert', id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    get<AlertDetail>(`/api/alerts/${encodeURIComponent(id)}`, {}, signal),
});

export const useAlert = (id: string) => useQuery(alertQuery(id));

/** So that the next row opens at once. */
export const prefetchAlert = (client: QueryClient, id: string): void =>
  void client.prefetchQuery(alertQuery(id));

/** Rows by id, whatever their status; those that do not exist are left out. */
export async function fetchRows(ids: readonly string[], range: Omit<AlertFilter, 'q'>): Promise<AlertRow[]> {
  const rows: AlertRow[] = [];
  for (let at = 0; at < ids.length; at += 50) {
    const some = ids.slice(at, at + 50);
    const page = await get<AlertPage>('/api/alerts', { ...range, q: idClause(some), limit: 50 });
    rows.push(...page.items);
  }
  return rows;
}

const idClause = (ids: readonly string[]): string => `id: (${ids.map((id) => `"${id}"`).join(' or ')})`;

/** How many of these alerts the filter would show. */
export async function countMatching(ids: readonly string[], filter: AlertFilter): Promise<number> {
  const q = filter.q === '' ? idClause(ids) : `(${filter.q}) and ${idClause(ids)}`;
  return (await get<AlertPage>('/api/alerts', { ...filter, q, limit: 1 })).total;
}

/** What a change of any number of alerts came to; `changeIds` take it back. */
export interface AlertChange extends Omit<AlertChangeResult, 'changeId'> {
  readonly changeIds: readonly string[];
}

/** The API takes this many alerts at once. */
const mostAtOnce = 1_000;

/** An alert as it is now. */
export const alertOf = (id: string): Promise<AlertDetail> =>
  get<AlertDetail>(`/api/alerts/${encodeURIComponent(id)}`);

export async function actOnAlerts(
  alerts: readonly Pick<AlertRow, 'id' | 'version'>[],
  action: AlertAction,
): Promise<AlertChange> {
  const results: AlertChangeResult[] = [];
  for (let at = 0; at < alerts.length; at += mostAtOnce) {
    const ids = alerts.slice(at, at + mostAtOnce).map(({ id, version }) => ({ id, version }));
    const body = { ids, action, retry: newRetry() };
    results.push(await surely(() => change<AlertChangeResult>('POST', '/api/alerts/actions', body)));
  }
  return combine(results);
}

/** How long a change waits for a server that is away. */
const waitMs = 10 * 60_000;

/** No answer, or one of a proxy that has none. */
const unanswered: ReadonlySet<string> = new Set(['NETWORK', 'HTTP_502', 'HTTP_503', 'HTTP_504']);

/** Asks until there is an answer: the server makes a change with the same `retry` once, and takes one back once. */
async function surely<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + waitMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiProblem) || !unanswered.has(error.code) || Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, 1_000));
    }
  }
}

const newRetry = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

export async function undoChanges(changeIds: readonly string[]): Promise<AlertChange> {
  const results: AlertChangeResult[] = [];
  for (const changeId of changeIds)
    results.push(await surely(() => change<AlertChangeResult>('POST', '/api/alerts/undo', { changeId })));
  return combine(results);
}

const combine = (results: readonly AlertChangeResult[]): AlertChange => ({
  changeIds: results.map(({ changeId }) => changeId),
  changed: results.flatMap(({ changed }) => changed),
  conflicts: results.flatMap(({ conflicts }) => conflicts),
});

/** Puts rows in place of those with the same id wherever they are shown; no row moves. */
export function patchRows(client: QueryClient, rows: readonly AlertRow[]): void {
  const byId = new Map(rows.map((row) => [row.id, row]));
  client.setQueriesData<Pages>({ queryKey: ['alerts'] }, (data) =>
    data === undefined
      ? data
      : {
          ...data,
          pages: data.pages.map((page) => ({
            ...page,
            items: page.items.map((row) => byId.get(row.id) ?? row),
          })),
        },
  );
  client.setQueriesData<AlertPage>({ queryKey: ['alert-sample'] }, (data) =>
    data === undefined ? data : { ...data, items: data.items.map((row) => byId.get(row.id) ?? row) },
  );
  for (const [id, row] of byId) {
    client.setQueryData<AlertDetail>(['alert', id], (detail) =>
      detail === undefined ? detail : { ...detail, ...row, matches: detail.matches, history: detail.history },
    );
  }
}

/** Counts and charts follow at once; an open alert is read again for its history. */
export function refreshAround(client: QueryClient, ids: readonly string[]): void {
  void client.invalidateQueries({ queryKey: ['alert-totals'] });
  void client.invalidateQueries({ queryKey: ['alert-histogram'] });
  for (const id of ids) void client.invalidateQueries({ queryKey: ['alert', id] });
}

/** Loads the list anew from its top. */
export async function reloadAlerts(client: QueryClient): Promise<void> {
  client.setQueriesData<Pages>({ queryKey: ['alerts'] }, (data) =>
    data === undefined ? data : { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
  );
  refreshAround(client, []);
  await Promise.all(
    ['alerts', 'alert-groups', 'alert-sample'].map((kind) => client.invalidateQueries({ queryKey: [kind] })),
  );
}
