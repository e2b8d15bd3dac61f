'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { ShieldCheck } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import type { useAlerts } from '../../api/alerts.ts';
import { ApiProblem } from '../../api/client.ts';
import { belongsTo } from '../../view/alert-view.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { ListFooter } from '../grid/list-footer.tsx';
import { VirtualGrid } from '../grid/virtual-grid.tsx';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/copy.tsx';
import { EmptyState, ProblemState, SkeletonRows, StaleNote } from '../ui/states.tsx';
import { useNow } from '../ui/use-now.ts';
import { narrowColumns, wideColumns } from './alert-columns.tsx';
import type { AlertState } from './use-alert-state.ts';
import type { useLiveAlerts } from './use-live-alerts.ts';
import type { Triage } from './use-triage.ts';

export interface AlertListProps {
  readonly list: ReturnType<typeof useAlerts>;
  readonly rows: readonly AlertRow[];
  readonly state: AlertState['state'];
  readonly setState: AlertState['setState'];
  readonly live: ReturnType<typeof useLiveAlerts>;
  readonly cursor: string | null;
  /** A detail stands beside the list, so there is less room. */
  readonly open: boolean;
  readonly onOpen: (id: string) => void;
  readonly onFilter: OnFilter;
  readonly triage: Triage;
}

export function AlertList({
  list,
  rows,
  state,
  setState,
  live,
  cursor,
  open,
  onOpen,
  onFilter,
  triage,
}: AlertListProps) {
  const now = useNow();
  const { selected, select, selectAll } = triage;
  const total = list.data?.pages[0]?.total ?? 0;
  const columns = useMemo(() => {
    const allSelected = rows.length > 0 && selected.size >= rows.length;
    const context = { now, selected, onSelect: select, onSelectAll: selectAll, allSelected, onFilter };
    return open ? narrowColumns(context) : wideColumns(context);
  }, [open, now, selected, select, selectAll, rows.length, onFilter]);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const { q, from, to, sort, status } = state;
  const restart = [q, from, to, sort, status, live.loads].join('\n');

  return (
    <>
      {list.data !== undefined && list.error !== null && !list.isFetchNextPageError && (
        <StaleNote error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data === undefined && list.error !== null ? (
        isFilterError(list.error) ? null : (
          <ProblemState error={list.error} what="The alerts" onRetry={() => void list.refetch()} />
        )
      ) : list.data === undefined ? (
        <SkeletonRows label="Loading the alerts" />
      ) : rows.length === 0 ? (
        <NoAlerts
          filtered={state.q !== '' || state.status !== 'active'}
          onReset={() => void setState(null)}
        />
      ) : (
        <VirtualGrid
          label="Alerts"
          rows={rows}
          columns={columns}
          rowId={rowId}
          rowHeight={open ? 50 : 34}
          total={total}
          cursor={cursor}
          onOpen={(row) => onOpen(row.id)}
          onEnd={onEnd}
          isSelected={(row) => selected.has(row.id)}
          rowClass={(row) => (belongsTo(state.status, row.status) ? '' : 'bg-bg [&_*]:text-faint!')}
          restart={restart}
          footer={
            <ListFooter
              loaded={rows.length}
              total={total}
              loading={list.isFetchingNextPage}
              error={list.isFetchNextPageError ? list.error : null}
              onRetry={() => void fetchNextPage()}
            />
          }
        />
      )}
    </>
  );
}

const rowId = (row: AlertRow): string => row.id;
const isFilterError = (error: Error): boolean => error instanceof ApiProblem && error.code.startsWith('KQL');

function NoAlerts({ filtered, onReset }: { readonly filtered: boolean; readonly onReset: () => void }) {
  if (filtered)
    return (
      <EmptyState icon={<ShieldCheck size={26} />} title="No alert fits this filter">
        <p>Widen the time range, choose another status, or take the filter away.</p>
        <Button onClick={onReset}>Take every filter away</Button>
      </EmptyState>
    );
  return (
    <EmptyState icon={<ShieldCheck size={26} />} title="Nothing to triage">
      <p>
        No alert is open in this time range. Alerts appear here by themselves as soon as a rule matches an
        event. To send events of your own:
      </p>
      <CommandLine command="npx tidewatch send /var/log/auth.log --source my-server" />
    </EmptyState>
  );
}
