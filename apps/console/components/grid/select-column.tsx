import { createColumnHelper } from '@tanstack/react-table';
import type { GridColumn, gridFeatures } from './virtual-grid.tsx';

export interface SelectColumn<Row> {
  /** What the rows are, e.g. `alerts`. */
  readonly rows: string;
  /** How a row is called aloud. */
  readonly label: (row: Row) => string;
  readonly selected: { has(id: string): boolean };
  /** @param withRange the shift key was held: all rows from the last one on are meant */
  readonly onSelect: (row: Row, withRange: boolean) => void;
  readonly onSelectAll: () => void;
  readonly allSelected: boolean;
}

const boxClass = 'size-3.5 accent-(--accent)';

/** Boxes to select rows by their ids, and one in the head for all that are loaded. */
export function selectColumn<Row extends { readonly id: string }>(
  column: SelectColumn<Row>,
): GridColumn<Row> {
  const { rows, label, selected, onSelect, onSelectAll, allSelected } = column;
  return createColumnHelper<typeof gridFeatures, Row>().display({
    id: 'select',
    meta: { track: '24px' },
    header: () => (
      <label className="flex size-7 items-center justify-center">
        <input
          type="checkbox"
          className={boxClass}
          checked={allSelected}
          onChange={onSelectAll}
          aria-label={`Select all loaded ${rows}`}
        />
      </label>
    ),
    cell: ({ row }) => (
      <label className="flex size-7 items-center justify-center">
        <input
          type="checkbox"
          className={boxClass}
          checked={selected.has(row.original.id)}
          onChange={(event) => onSelect(row.original, (event.nativeEvent as MouseEvent).shiftKey)}
          aria-label={`Select ${label(row.original)}`}
        />
      </label>
    ),
  });
}
