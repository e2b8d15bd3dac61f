import type { AlertRow } from '@tidewatch/api/schemas';
import { count } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { ValueMenu } from '../filter/value-menu.tsx';
import type { GridColumn } from '../grid/grid-row.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { Time } from '../ui/time.tsx';

export interface ColumnContext {
  /** The day, as `Time` takes it. */
  readonly today: number;
  readonly onFilter: OnFilter;
}

const Count = ({ row }: { readonly row: AlertRow }) => (
  <span
    className="figure text-sm"
    title={row.sinceClosed > 0 ? `${row.sinceClosed} since it was closed` : undefined}
  >
    {count(row.count)}
    {row.sinceClosed > 0 && (
      <span className="text-faint">
        {' '}
        +{row.sinceClosed} <span className="sr-only">since it was closed</span>
      </span>
    )}
  </span>
);

/** All columns, one line a row. */
export function wideColumns({ today, onFilter }: ColumnContext): GridColumn<AlertRow>[] {
  return [
    {
      id: 'severity',
      track: '88px',
      header: 'Severity',
      cell: (row) => <LevelMark level={row.detector.level} />,
    },
    {
      id: 'title',
      track: 'minmax(200px,3fr)',
      header: 'Alert',
      cell: (row) => (
        <span className="block truncate font-medium" title={visible(row.summary)}>
          {row.detector.title}
        </span>
      ),
    },
    {
      id: 'entity',
      track: 'minmax(140px,2fr)',
      header: 'Entity',
      cell: (row) => (
        <span className="flex min-w-0 gap-0.5 overflow-hidden">
          {row.key.map(({ field, value }) => (
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
    },
    {
      id: 'count',
      track: '64px',
      align: 'right',
      header: 'Matches',
      cell: (row) => <Count row={row} />,
    },
    {
      id: 'first',
      track: '108px',
      align: 'right',
      header: 'First',
      cell: (row) => <Time at={row.first} now={today} className="text-sm text-soft" />,
    },
    {
      id: 'last',
      track: '108px',
      align: 'right',
      header: 'Last',
      cell: (row) => <Time at={row.last} now={today} className="text-sm" />,
    },
    {
      id: 'status',
      track: '132px',
      header: 'Status',
      cell: (row) => <StatusMark status={row.status} reason={row.reason} />,
    },
    {
      id: 'assignee',
      track: '84px',
      header: 'Assignee',
      cell: (row) => (
        <span className={`block truncate text-sm ${row.assignee === null ? 'text-faint' : 'text-soft'}`}>
          {row.assignee ?? 'nobody'}
        </span>
      ),
    },
  ];
}

/** Two lines a row, for the list beside an open alert. */
export function narrowColumns({ today }: Pick<ColumnContext, 'today'>): GridColumn<AlertRow>[] {
  return [
    {
      id: 'severity',
      track: '16px',
      header: <span className="sr-only">Severity</span>,
      cell: (row) => <LevelMark level={row.detector.level} word={false} />,
    },
    {
      id: 'title',
      track: 'minmax(0,1fr)',
      header: 'Alert',
      cell: (row) => (
        <div className="min-w-0" title={visible(row.summary)}>
          <div className="truncate font-medium">{row.detector.title}</div>
          <div className="truncate font-mono text-xs text-soft">
            {visible(row.key.map(({ value }) => value).join(' · ')) || 'no entity'}
          </div>
        </div>
      ),
    },
    {
      id: 'last',
      track: '104px',
      align: 'right',
      header: 'Last',
      cell: (row) => (
        <div className="text-sm">
          <Time at={row.last} now={today} />
          <div className="text-xs text-soft">
            <Count row={row} /> {row.count === 1 ? 'match' : 'matches'}
          </div>
        </div>
      ),
    },
    {
      id: 'status',
      track: '16px',
      header: <span className="sr-only">Status</span>,
      cell: (row) => <StatusMark status={row.status} reason={row.reason} word={false} />,
    },
  ];
}
