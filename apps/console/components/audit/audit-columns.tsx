import type { AuditRow } from '../../api/audit.ts';
import type { GridColumn } from '../grid/grid-row.tsx';
import { Time } from '../ui/time.tsx';

export function auditColumns(now: number): GridColumn<AuditRow>[] {
  return [
    {
      id: 'seq',
      track: '72px',
      align: 'right',
      header: 'Entry',
      cell: (row) => <span className="figure text-sm text-soft">{row.seq}</span>,
    },
    {
      id: 'at',
      track: '116px',
      header: 'When',
      cell: (row) => (
        <span className="text-sm">
          <Time at={row.at} now={now} />
        </span>
      ),
    },
    {
      id: 'who',
      track: 'minmax(80px,0.6fr)',
      header: 'Who',
      cell: (row) => <span className="block truncate text-sm font-medium">{row.who}</span>,
    },
    {
      id: 'action',
      track: 'minmax(110px,0.8fr)',
      header: 'What',
      cell: (row) => <code className="block truncate font-mono text-xs">{row.action}</code>,
    },
    {
      id: 'target',
      track: 'minmax(100px,1fr)',
      header: 'To what',
      cell: (row) => <span className="block truncate text-sm">{row.target}</span>,
    },
    {
      id: 'detail',
      track: 'minmax(100px,1.6fr)',
      header: 'Detail',
      cell: (row) => (
        <code className="block truncate font-mono text-xs text-soft">
          {JSON.stringify(row.detail).slice(0, 400)}
        </code>
      ),
    },
  ];
}
