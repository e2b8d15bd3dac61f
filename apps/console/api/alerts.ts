import {
  type InfiniteData,
  type InvalidateOptions,
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
import type { CloseReason } from '@tidewatch/event';
import { get } from './client.ts';
import { decide, newRetry } from './decisions.ts';
import { useZone } from './zone.ts';

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

export function useAlertHistogram(filter: AlertFilter) {
  const zone = useZone();
  return useQuery({
    queryKey: ['alert-histogram', filter, zone],
    queryFn: ({ signal }) =>
      get<Histogram>('/api/alerts/histogram', { ...filter, buckets: 80, split: 'level', zone }, signal),
    placeholderData: keepPreviousData,
  });
}

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

/** What a change of any number of alerts came to. */
export type AlertChange = Omit<AlertChangeResult, 'changeId'>;

/** A change that was decided: `undo` takes it back, also before it is answered, as what was decided next. */
export interface DecidedChange {
  readonly answer: Promise<AlertChange>;
  readonly undo: () => Promise<AlertChange>;
}

/** The API takes this many alerts at once. */
const mostAtOnce = 1_000;

/** An alert as it is now. */
export const alertOf = (id: string): Promise<AlertDetail> =>
  get<AlertDetail>(`/api/alerts/${encodeURIComponent(id)}`);

/** Changes alerts as they were seen, in as many requests as the API's limit asks for. */
export function decideOnAlerts(
  alerts: readonly Pick<AlertRow, 'id' | 'version'>[],
  action: AlertAction,
): DecidedChange {
  const parts: { readonly ids: AlertActionBody['ids']; readonly retry: string }[] = [];
  for (let at = 0; at < alerts.length; at += mostAtOnce) {
    const ids = alerts.slice(at, at + mostAtOnce).map(({ id, version }) => ({ id, version }));
    parts.push({ ids, retry: newRetry() });
  }
  const all = async (ask: (part: (typeof parts)[number]) => Promise<AlertChangeResult>) =>
    combine(await Promise.all(parts.map(ask)));
  return {
    answer: all(({ ids, retry }) => decide(retry, '/api/alerts/actions', { ids, action, retry })),
    undo: () => all(({ retry }) => decide(`undo ${retry}`, '/api/alerts/undo', { retry })),
  };
}

/** Closes an alert as it is now, with a note. */
export async function closeAlert(
  id: string,
  reason: CloseReason,
  note: string,
): Promise<AlertChange & Pick<DecidedChange, 'undo'>> {
  const { answer, undo } = decideOnAlerts([await alertOf(id)], { action: 'close', reason, note });
  return { ...(await answer), undo };
}

const combine = (results: readonly AlertChangeResult[]): AlertChange => ({
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

/** After one's own change: what is counted in groups follows, too. */
export function refreshAfter(client: QueryClient, rows: readonly AlertRow[]): void {
  patchRows(client, rows);
  refreshAround(
    client,
    rows.map(({ id }) => id),
  );
  void client.invalidateQueries({ queryKey: ['alert-groups'] });
}

/**
 * Counts and charts follow at once; an open alert is read again for its history. What is read right now is broken off, or
 * comes to its end first where `options` say so.
 */
export function refreshAround(
  client: QueryClient,
  ids: readonly string[],
  options: InvalidateOptions = {},
): void {
  for (const queryKey of [['alert-totals'], ['alert-histogram'], ...ids.map((id) => ['alert', id])])
    void client.invalidateQueries({ queryKey }, options);
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
