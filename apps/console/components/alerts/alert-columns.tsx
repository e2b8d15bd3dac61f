import { createColumnHelper } from '@tanstack/react-table';
import type { AlertRow } from '@tidewatch/api/schemas';
import { count } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { ValueMenu } from '../filter/value-menu.tsx';
import { type SelectColumn, selectColumn } from '../grid/select-column.tsx';
import type { GridColumn, gridFeatures } from '../grid/virtual-grid.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { Time } from '../ui/time.tsx';

const helper = createColumnHelper<typeof gridFeatures, AlertRow>();

export interface ColumnContext {
  readonly now: number;
  readonly selected: SelectColumn<AlertRow>['selected'];
  readonly onSelect: (row: AlertRow, withRange: boolean) => void;
  readonly onSelectAll: () => void;
  readonly allSelected: boolean;
  readonly onFilter: OnFilter;
}

const selectAlert = (context: ColumnContext): GridColumn<AlertRow> =>
  selectColumn({ ...context, rows: 'alerts', label: ({ summary }) => summary });

const Count = ({ row }: { readonly row: AlertRow }) => (
  <span
    className="figure text-sm"
    title={row.sinceClosed > 0 ? `${row.sinceClosed} since it was closed` : undefined}
  >
    {count(row.count)}
    {row.sinceClosed > 0 && <span className="text-faint"> +{row.sinceClosed}</span>}
  </span>
);

/** All columns, one line a row. */
export function wideColumns(context: ColumnContext): GridColumn<AlertRow>[] {
  const { now, onFilter } = context;
  return [
    selectAlert(context),
    helper.display({
      id: 'severity',
      meta: { track: '88px' },
      header: 'Severity',
      cell: ({ row }) => <LevelMark level={row.original.detector.level} />,
    }),
    helper.display({
      id: 'title',
      meta: { track: 'minmax(200px,3fr)' },
      header: 'Alert',
      cell: ({ row }) => (
        <span className="block truncate" title={visible(row.original.summary)}>
          <span className="font-medium">{row.original.detector.title}</span>
        </span>
      ),
    }),
    helper.display({
      id: 'entity',
      meta: { track: 'minmax(140px,2fr)' },
      header: 'Entity',
      cell: ({ row }) => (
        <span className="flex min-w-0 gap-0.5 overflow-hidden">
          {row.original.key.map(({ field, value }) => (
            <ValueMenu
              key={field}
              field={field}
              value={value}
              onFilter={onFilter}
              className="shrink truncate font-mono text-xs text-soft"
            >
              {value}
            </ValueMenu>
          ))}
        </span>
      ),
    }),
    helper.display({
      id: 'count',
      meta: { track: '64px', align: 'right' },
      header: 'Matches',
      cell: ({ row }) => <Count row={row.original} />,
    }),
    helper.display({
      id: 'first',
      meta: { track: '108px', align: 'right' },
      header: 'First',
      cell: ({ row }) => (
        <span className="text-sm text-soft">
          <Time at={row.original.first} now={now} />
        </span>
      ),
    }),
    helper.display({
      id: 'last',
      meta: { track: '108px', align: 'right' },
      header: 'Last',
      cell: ({ row }) => (
        <span className="text-sm">
          <Time at={row.original.last} now={now} />
        </span>
      ),
    }),
    helper.display({
      id: 'status',
      meta: { track: '132px' },
      header: 'Status',
      cell: ({ row }) => <StatusMark status={row.original.status} reason={row.original.reason} />,
    }),
    helper.display({
      id: 'assignee',
      meta: { track: '84px' },
      header: 'Assignee',
      cell: ({ row }) => (
        <span className="block truncate text-sm text-soft">
          {row.original.assignee ?? <span className="text-faint">nobody</span>}
        </span>
      ),
    }),
  ];
}

/** Two lines a row, for the list beside an open alert. */
export function narrowColumns(context: ColumnContext): GridColumn<AlertRow>[] {
  return [
    selectAlert(context),
    helper.display({
      id: 'severity',
      meta: { track: '16px' },
      header: () => <span className="sr-only">Severity</span>,
      cell: ({ row }) => <LevelMark level={row.original.detector.level} word={false} />,
    }),
    helper.display({
      id: 'title',
      meta: { track: 'minmax(0,1fr)' },
      header: 'Alert',
      cell: ({ row }) => (
        <div className="min-w-0" title={visible(row.original.summary)}>
          <div className="truncate font-medium">{row.original.detector.title}</div>
          <div className="truncate font-mono text-xs text-soft">
            {visible(row.original.key.map(({ value }) => value).join(' · ')) || 'no entity'}
          </div>
        </div>
      ),
    }),
    helper.display({
      id: 'last',
      meta: { track: '104px', align: 'right' },
      header: 'Last',
      cell: ({ row }) => (
        <div className="text-sm">
          <Time at={row.original.last} now={context.now} />
          <div className="text-xs text-soft">
            <Count row={row.original} /> {row.original.count === 1 ? 'match' : 'matches'}
          </div>
        </div>
      ),
    }),
    helper.display({
      id: 'status',
      meta: { track: '16px' },
      header: () => <span className="sr-only">Status</span>,
      cell: ({ row }) => (
        <StatusMark status={row.original.status} reason={row.original.reason} word={false} />
      ),
    }),
  ];
}
