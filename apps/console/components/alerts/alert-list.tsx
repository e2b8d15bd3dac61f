'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { ShieldCheck } from 'lucide-react';
import { useMemo } from 'react';
import type { useAlerts } from '../../api/alerts.ts';
import { belongsTo } from '../../view/alert-view.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { PagedGrid } from '../grid/paged-grid.tsx';
import { UnlessBlind } from '../shell/unless-blind.tsx';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/copy.tsx';
import { EmptyState } from '../ui/states.tsx';
import { useToday } from '../ui/use-now.ts';
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
  const today = useToday();
  const { selected, select, selectAll, mayWork } = triage;
  const columns = useMemo(
    () => (open ? narrowColumns({ today }) : wideColumns({ today, onFilter })),
    [open, today, onFilter],
  );
  const { q, from, to, sort, status } = state;
  const restart = [q, from, to, sort, status, live.loads].join('\n');

  return (
    <PagedGrid
      list={list}
      what="the alerts"
      empty={
        <UnlessBlind>
          <NoAlerts
            filtered={state.q !== '' || state.status !== 'active'}
            onReset={() => void setState(null)}
          />
        </UnlessBlind>
      }
      label="Alerts"
      rows={rows}
      columns={columns}
      rowId={rowId}
      rowHeight={open ? 50 : 34}
      total={list.data?.pages[0]?.total ?? 0}
      cursor={cursor}
      onOpen={(row) => onOpen(row.id)}
      selection={
        mayWork
          ? {
              what: 'alerts',
              label: ({ summary }) => summary,
              has: ({ id }) => selected.has(id),
              onSelect: select,
              onSelectAll: selectAll,
            }
          : undefined
      }
      rowClass={(row) => (belongsTo(state.status, row.status) ? '' : 'bg-bg [&_*]:text-faint!')}
      restart={restart}
    />
  );
}

const rowId = (row: AlertRow): string => row.id;

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
