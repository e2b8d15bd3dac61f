'use client';
import { type ColumnDef, type RowData, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';

/** `track` is the column's width as a CSS grid track; `align` the side its text stands on. */
export interface GridColumnMeta {
  readonly track: string;
  readonly align?: 'right';
}

export const gridFeatures = tableFeatures({ columnMeta: {} as GridColumnMeta });
// TanStack's columns differ in the type of their values, which only `any` lets stand in one list.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type GridColumn<T extends RowData> = ColumnDef<typeof gridFeatures, T, any>;

export interface VirtualGridProps<T extends RowData> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly GridColumn<T>[];
  readonly rowId: (row: T) => string;
  readonly rowHeight: number;
  /** How many there are in all, loaded or not. */
  readonly total: number;
  /** Id of the row the keyboard stands on. */
  readonly cursor?: string | null;
  readonly onOpen?: (row: T) => void;
  /** Called when the last loaded row comes near. */
  readonly onEnd?: () => void;
  readonly isSelected?: (row: T) => boolean;
  /** Shown under the row, with a height of its own. */
  readonly expanded?: (row: T) => ReactNode;
  readonly rowClass?: (row: T) => string;
  /** Below the last row: what is still to come. */
  readonly footer?: ReactNode;
  /** Changes when the list starts anew, so that it scrolls to its top. */
  readonly restart?: unknown;
}

/** A list of any length of which only the rows in sight are in the page. */
export function VirtualGrid<T extends RowData>(props: VirtualGridProps<T>) {
  const { rows, columns, rowId, rowHeight, cursor = null, onEnd, expanded, restart } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const table = useTable({
    features: gridFeatures,
    data: rows as T[],
    columns: columns as GridColumn<T>[],
    getRowId: rowId,
  });
  const tableRows = table.getRowModel().rows;
  const template = columns.map((column) => column.meta?.track ?? '1fr').join(' ');
  const virtual = useVirtualizer({
    count: tableRows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => tableRows[index]?.id ?? index,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 20) onEnd?.();
  }, [last, rows.length, onEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new start scrolls up
  useEffect(() => virtual.scrollToOffset(0), [restart]);
  const cursorIndex = cursor === null ? -1 : rows.findIndex((row) => rowId(row) === cursor);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a moved cursor scrolls, not rows that arrive
  useEffect(() => {
    if (cursorIndex >= 0) virtual.scrollToIndex(cursorIndex, { align: 'auto' });
  }, [cursor]);
  const domId = (id: string): string => `row-${props.label}-${id}`.replaceAll(/[^\w-]/g, '_');

  return (
    <div
      ref={scroller}
      className="relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto bg-panel -outline-offset-2 outline-accent has-[>:focus-visible]:outline-2"
    >
      <div
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={props.total + 1}
        aria-colcount={columns.length}
        aria-multiselectable={props.isSelected !== undefined}
        aria-activedescendant={
          cursorIndex >= 0 && items.some(({ index }) => index === cursorIndex)
            ? domId(cursor ?? '')
            : undefined
        }
        className="outline-none"
      >
        <div role="rowgroup" className="sticky top-0 z-10">
          {table.getHeaderGroups().map((group) => (
            <div
              key={group.id}
              role="row"
              aria-rowindex={1}
              className="grid h-7 items-center gap-x-4 border-b border-line bg-raised px-3 text-xs font-medium text-soft"
              style={{ gridTemplateColumns: template }}
            >
              {group.headers.map((header) => (
                <div
                  key={header.id}
                  role="columnheader"
                  className={`min-w-0 truncate ${header.column.columnDef.meta?.align === 'right' ? 'text-right' : ''}`}
                >
                  <table.FlexRender header={header} />
                </div>
              ))}
            </div>
          ))}
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = tableRows[item.index];
            if (row === undefined) return null;
            const detail = expanded?.(row.original);
            const isCursor = row.id === cursor;
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={expanded === undefined ? undefined : virtual.measureElement}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
                role="presentation"
              >
                {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid's keys act on the row of the cursor */}
                <div
                  id={domId(row.id)}
                  role="row"
                  tabIndex={-1}
                  aria-rowindex={item.index + 2}
                  aria-selected={props.isSelected?.(row.original) ?? isCursor}
                  data-cursor={isCursor || undefined}
                  onClick={(event) => {
                    const target = event.target as Element;
                    // A menu's click comes here too, though its items are elsewhere in the page.
                    if (!event.currentTarget.contains(target) || target.closest('button,a,label') !== null)
                      return;
                    // Dragging over text to copy it is no wish to open the row.
                    if (getSelection()?.isCollapsed !== false) props.onOpen?.(row.original);
                  }}
                  className={`grid cursor-default items-center gap-x-4 border-b border-line px-3 hover:bg-hover data-cursor:bg-accent-wash data-cursor:shadow-[inset_2px_0_0_var(--accent)] ${props.rowClass?.(row.original) ?? ''}`}
                  style={{ gridTemplateColumns: template, height: rowHeight }}
                >
                  {row.getAllCells().map((cell) => (
                    <div
                      key={cell.id}
                      role="gridcell"
                      className={`min-w-0 ${cell.column.columnDef.meta?.align === 'right' ? 'text-right' : ''}`}
                    >
                      <table.FlexRender cell={cell} />
                    </div>
                  ))}
                </div>
                {detail !== undefined && detail !== null && (
                  <div role="row" aria-rowindex={item.index + 2} className="border-b border-line bg-raised">
                    <div role="gridcell">{detail}</div>
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {props.footer}
    </div>
  );
}
