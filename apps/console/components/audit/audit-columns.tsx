import { createColumnHelper } from '@tanstack/react-table';
import type { AuditRow } from '../../api/audit.ts';
import type { GridColumn, gridFeatures } from '../grid/virtual-grid.tsx';
import { Time } from '../ui/time.tsx';

const helper = createColumnHelper<typeof gridFeatures, AuditRow>();

export function auditColumns(now: number): GridColumn<AuditRow>[] {
  return [
    helper.display({
      id: 'seq',
      meta: { track: '72px', align: 'right' },
      header: 'Entry',
      cell: ({ row }) => <span className="figure text-sm text-soft">{row.original.seq}</span>,
    }),
    helper.display({
      id: 'at',
      meta: { track: '116px' },
      header: 'When',
      cell: ({ row }) => (
        <span className="text-sm">
          <Time at={row.original.at} now={now} />
        </span>
      ),
    }),
    helper.display({
      id: 'who',
      meta: { track: 'minmax(80px,0.6fr)' },
      header: 'Who',
      cell: ({ row }) => <span className="block truncate text-sm font-medium">{row.original.who}</span>,
    }),
    helper.display({
      id: 'action',
      meta: { track: 'minmax(110px,0.8fr)' },
      header: 'What',
      cell: ({ row }) => <code className="block truncate font-mono text-xs">{row.original.action}</code>,
    }),
    helper.display({
      id: 'target',
      meta: { track: 'minmax(100px,1fr)' },
      header: 'To what',
      cell: ({ row }) => <span className="block truncate text-sm">{row.original.target}</span>,
    }),
    helper.display({
      id: 'detail',
      meta: { track: 'minmax(100px,1.6fr)' },
      header: 'Detail',
      cell: ({ row }) => (
        <code className="block truncate font-mono text-xs text-soft">
          {JSON.stringify(row.original.detail).slice(0, 400)}
        </code>
      ),
    }),
  ];
}
