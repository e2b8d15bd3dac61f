'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, type ReactNode, useCallback, useDeferredValue, useEffect, useRef } from 'react';
import { alignClass, type GridColumn, GridRow, SelectBox, selectTrack } from './grid-row.tsx';
import { useSlots } from './use-slots.ts';

/** Rows that are selected by boxes. */
export interface Selection<T> {
  /** What the rows are, e.g. `alerts`. */
  readonly what: string;
  /** How a row is called aloud. */
  readonly label: (row: T) => string;
  readonly has: (row: T) => boolean;
  /** @param withRange the shift key was held: all rows from the last one on are meant */
  readonly onSelect: (row: T, withRange: boolean) => void;
  /** All that are loaded, or none where they are all selected. */
  readonly onSelectAll: () => void;
}

export interface VirtualGridProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  /** Rows are drawn anew when the list of columns is another. */
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
  readonly selection?: Selection<T> | undefined;
  /** Shown under the row, with a height of its own. */
  readonly expanded?: (row: T) => ReactNode;
  readonly rowClass?: (row: T) => string;
  /** Below the last row: what is still to come. */
  readonly footer?: ReactNode;
  /** Changes when the list starts anew, so that it scrolls to its top. */
  readonly restart?: unknown;
}

/** Pixels. */
const headerHeight = 28;
/** Rows that are drawn beyond each end of what is in sight. */
const overscan = 6;

/** A list of any length of which only the rows in sight are in the page. */
export function VirtualGrid<T>(props: VirtualGridProps<T>) {
  const {
    label,
    rows,
    columns,
    rowId,
    rowHeight,
    cursor = null,
    onEnd,
    selection,
    expanded,
    restart,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const template = [
    ...(selection === undefined ? [] : [selectTrack]),
    ...columns.map(({ track }) => track),
  ].join(' ');
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowId(row);
    },
    overscan,
    // It stands on top of the list, so that a row at the list's foot ends so much lower.
    scrollPaddingEnd: headerHeight,
  });
  const items = virtual.getVirtualItems();
  const inSight = Math.ceil((virtual.scrollRect?.height ?? 0) / rowHeight) + 1;
  const { placed, onFocus } = useSlots(items, inSight + 2 * overscan, virtual.isScrolling);
  // The first rows are drawn in slices, between which the page hears keys.
  const drawn = useDeferredValue(items.length > 0, false);
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 20) onEnd?.();
  }, [last, rows.length, onEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new start scrolls up
  useEffect(() => virtual.scrollToOffset(0), [restart]);
  const cursorIndex = cursor === null ? -1 : rows.findIndex((row) => rowId(row) === cursor);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a moved cursor scrolls, and rows of another height, not rows that arrive
  useEffect(() => {
    if (cursorIndex >= 0) virtual.scrollToIndex(cursorIndex, { align: 'auto' });
  }, [cursor, rowHeight]);

  const domId = (id: string): string => `row-${label}-${id}`.replaceAll(/[^\w-]/g, '_');
  const select = useRef(selection?.onSelect);
  useEffect(() => {
    select.current = selection?.onSelect;
  });
  // The same for as long as the list stands, so that rows need not be drawn anew.
  const onSelect = useCallback((row: T, withRange: boolean) => select.current?.(row, withRange), []);
  const onClick = ({ target }: MouseEvent<HTMLDivElement>): void => {
    // A menu's click comes here too, though its items are elsewhere in the page.
    if (!(target instanceof Element) || !scroller.current?.contains(target)) return;
    if (target.closest('button,a,label') !== null) return;
    const place = target.closest('[role="row"]')?.parentElement?.dataset.index;
    const row =
      place === undefined || target.closest('[data-detail]') !== null ? undefined : rows[Number(place)];
    // Dragging over text to copy it is no wish to open the row.
    if (row !== undefined && getSelection()?.isCollapsed !== false) props.onOpen?.(row);
  };

  return (
    <div
      ref={scroller}
      className="relative min-h-0 flex-1 overflow-auto bg-panel -outline-offset-2 outline-accent has-[>:focus-visible]:outline-2"
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list's keys act on the row of the cursor */}
      <div
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={props.total + 1}
        aria-colcount={columns.length + (selection === undefined ? 0 : 1)}
        aria-multiselectable={selection !== undefined}
        aria-activedescendant={
          cursorIndex >= 0 && items.some(({ index }) => index === cursorIndex)
            ? domId(cursor ?? '')
            : undefined
        }
        className="min-w-min outline-none"
        onClick={onClick}
        onFocus={onFocus}
      >
        <div role="rowgroup" className="sticky top-0 z-10">
          <div
            role="row"
            aria-rowindex={1}
            className="grid items-center gap-x-4 border-b border-line bg-raised px-3 text-xs font-medium text-soft"
            style={{ gridTemplateColumns: template, height: headerHeight }}
          >
            {selection !== undefined && (
              <div role="columnheader">
                <SelectBox
                  label={`Select all loaded ${selection.what}`}
                  checked={rows.length > 0 && rows.every(selection.has)}
                  onChange={selection.onSelectAll}
                />
              </div>
            )}
            {columns.map((column) => (
              <div key={column.id} role="columnheader" className={`min-w-0 truncate ${alignClass(column)}`}>
                {column.header}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {placed.map(({ key, index, start, slot }) => {
            const row = rows[index];
            if (!drawn || row === undefined) return null;
            const id = rowId(row);
            return (
              <GridRow
                // What was opened in a row with a detail belongs to that one.
                key={expanded === undefined ? slot : key}
                domId={domId(id)}
                {...{ row, columns, template, index, start, onSelect }}
                height={rowHeight}
                isCursor={id === cursor}
                isSelected={selection?.has(row)}
                selectLabel={selection && `Select ${selection.label(row)}`}
                className={props.rowClass?.(row) ?? ''}
                detail={expanded?.(row)}
                measure={expanded === undefined ? undefined : virtual.measureElement}
              />
            );
          })}
        </div>
      </div>
      {props.footer}
    </div>
  );
}
