'use client';
import { ChartSpline, Table2 } from 'lucide-react';
import { parseAsBoolean, useQueryState } from 'nuqs';
import type { ReactNode } from 'react';
import { ColumnTitles, type FactColumn } from '../health/health-section.tsx';
import { IconButton } from '../ui/button.tsx';

/** Whether charts are shown as their tables: in the URL, as what else a link shows. */
const useAsTable = () => useQueryState('table', parseAsBoolean.withDefault(false));

/** Changes the page's charts for their tables, and back. */
export function TableToggle({ className = '' }: { readonly className?: string }) {
  const [asTable, setAsTable] = useAsTable();
  return (
    <IconButton
      label={asTable ? 'Show as a chart' : 'Show as a table'}
      aria-pressed={asTable}
      onClick={() => void setAsTable(!asTable)}
      className={className}
    >
      {asTable ? <ChartSpline size={15} /> : <Table2 size={15} />}
    </IconButton>
  );
}

/** A chart, or all that it draws as a table; beside it stands a {@link TableToggle}. */
export function ChartOrTable<T>({
  chart,
  label,
  rows,
  rowKey,
  columns,
  empty = 'Nothing in this time range.',
  className = 'max-h-80',
}: {
  readonly chart: ReactNode;
  /** Of the table. */
  readonly label: string;
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string | number;
  readonly columns: readonly FactColumn<T>[];
  readonly empty?: string;
  /** Of the table: how high it may be. */
  readonly className?: string;
}) {
  const [asTable] = useAsTable();
  if (!asTable) return chart;
  return (
    <div className={`overflow-auto ${className}`} tabIndex={0} role="region" aria-label={`${label}, table`}>
      <table className="w-full text-sm">
        <ColumnTitles columns={columns} className="sticky top-0 bg-panel" />
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-t border-line">
              {columns.map(({ title, right, cell }) => (
                <td
                  key={title}
                  className={`figure h-7 px-3.5 whitespace-nowrap ${right ? 'text-right' : ''}`}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="px-3.5 py-3 text-soft">{empty}</p>}
    </div>
  );
}
