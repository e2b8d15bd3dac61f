'use client';
import { ChartSpline, Table2 } from 'lucide-react';
import { parseAsBoolean, useQueryState } from 'nuqs';
import { IconButton } from '../ui/button.tsx';

/** Whether charts are shown as their tables: in the URL, as what else a link shows. */
export const useAsTable = () => useQueryState('table', parseAsBoolean.withDefault(false));

/** Changes charts for their tables, and back. */
export function TableToggle({
  asTable,
  onChange,
  className = '',
}: {
  readonly asTable: boolean;
  readonly onChange: (asTable: boolean) => void;
  readonly className?: string;
}) {
  return (
    <IconButton
      label={asTable ? 'Show as a chart' : 'Show as a table'}
      aria-pressed={asTable}
      onClick={() => onChange(!asTable)}
      className={className}
    >
      {asTable ? <ChartSpline size={15} /> : <Table2 size={15} />}
    </IconButton>
  );
}
