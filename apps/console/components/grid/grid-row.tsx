import { memo, type ReactNode, type Ref } from 'react';

/** A column: `track` is its width as a CSS grid track, `align` the side its text stands on. */
export interface GridColumn<T> {
  readonly id: string;
  readonly track: string;
  readonly align?: 'right';
  readonly header: ReactNode;
  readonly cell: (row: T) => ReactNode;
}

export const alignClass = ({ align }: { readonly align?: 'right' }): string =>
  align === 'right' ? 'text-right' : '';

interface GridRowProps<T> {
  readonly domId: string;
  readonly row: T;
  readonly columns: readonly GridColumn<T>[];
  /** All columns' tracks, and the row's height in pixels. */
  readonly template: string;
  readonly height: number;
  readonly index: number;
  /** Pixels below the first row's top. */
  readonly start: number;
  readonly isCursor: boolean;
  /** Undefined where rows are not selected. */
  readonly isSelected: boolean | undefined;
  /** How the box is called aloud that selects the row; without it there is none. */
  readonly selectLabel: string | undefined;
  readonly onSelect: (row: T, withRange: boolean) => void;
  readonly className: string;
  readonly detail: ReactNode;
  /** Given where rows may have a detail, and so differ in height. */
  readonly measure: Ref<HTMLDivElement> | undefined;
}

/** A row of a grid. It is made anew only where something of it changed: a list has some forty in the page. */
export const GridRow = memo(function GridRow<T>(props: GridRowProps<T>) {
  const { row, index, isCursor, isSelected, selectLabel, detail } = props;
  return (
    <div
      data-index={index}
      ref={props.measure}
      className="absolute inset-x-0 contain-layout contain-style"
      style={{ top: props.start }}
      role="presentation"
    >
      <div
        id={props.domId}
        role="row"
        tabIndex={-1}
        aria-rowindex={index + 2}
        aria-selected={isSelected ?? isCursor}
        data-cursor={isCursor || undefined}
        className={`grid cursor-default items-center gap-x-4 border-b border-line px-3 hover:bg-hover data-cursor:bg-accent-wash data-cursor:shadow-[inset_2px_0_0_var(--accent)] ${props.className}`}
        style={{ gridTemplateColumns: props.template, height: props.height }}
      >
        {selectLabel !== undefined && (
          <div role="gridcell">
            <SelectBox
              label={selectLabel}
              checked={isSelected === true}
              onChange={(withRange) => props.onSelect(row, withRange)}
            />
          </div>
        )}
        {props.columns.map((column) => (
          <div key={column.id} role="gridcell" className={`min-w-0 ${alignClass(column)}`}>
            {column.cell(row)}
          </div>
        ))}
      </div>
      {detail !== undefined && detail !== null && (
        <div
          data-detail
          role="row"
          aria-rowindex={index + 2}
          className="overflow-x-clip border-b border-line bg-raised"
        >
          <div role="gridcell">{detail}</div>
        </div>
      )}
    </div>
  );
}) as <T>(props: GridRowProps<T>) => ReactNode;

export const selectTrack = '24px';

export const SelectBox = ({
  label,
  checked,
  onChange,
}: {
  readonly label: string;
  readonly checked: boolean;
  /** @param withRange the shift key was held */
  readonly onChange: (withRange: boolean) => void;
}) => (
  <label className="flex size-7 items-center justify-center">
    <input
      type="checkbox"
      className="size-3.5 accent-(--accent)"
      checked={checked}
      onChange={({ nativeEvent }) => onChange((nativeEvent as MouseEvent).shiftKey)}
      aria-label={label}
    />
  </label>
);
