import type { ReactNode } from 'react';

export function HealthSection({
  id,
  title,
  aside,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-12">
      <div className="mb-1.5 flex min-h-8 items-center gap-3">
        <h2 id={`${id}-title`} className="text-base font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

export interface FactColumn<T> {
  readonly title: string;
  readonly right?: boolean;
  readonly cell: (row: T) => ReactNode;
}

/** A short table; long lists go into the virtual grid. */
export function FactTable<T>({
  label,
  rows,
  rowKey,
  columns,
  empty,
}: {
  readonly label: string;
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly columns: readonly FactColumn<T>[];
  readonly empty: ReactNode;
}) {
  if (rows.length === 0)
    return <div className="rounded-lg border border-line bg-panel px-4 py-3 text-sm text-soft">{empty}</div>;
  return (
    <div
      className="overflow-x-auto rounded-lg border border-line bg-panel"
      tabIndex={0}
      role="region"
      aria-label={`${label}, table`}
    >
      <table className="w-full text-sm">
        <ColumnTitles columns={columns} className="bg-raised" />
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              tabIndex={-1}
              className="scroll-mt-8 border-t border-line -outline-offset-2 hover:bg-hover focus-visible:bg-accent-wash"
            >
              {columns.map(({ title, right, cell }) => (
                <td
                  key={title}
                  className={`h-8 px-3.5 ${right ? 'figure text-right whitespace-nowrap' : ''}`}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const looks = { good: 'bg-good', warn: 'bg-warn', bad: 'bg-bad', idle: 'bg-line-strong' } as const;

/** A state as a word, with a dot in its colour. */
export function StateDot({
  look,
  children,
}: {
  readonly look: keyof typeof looks;
  readonly children: ReactNode;
}) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden className={`size-2 shrink-0 rounded-full forced-color-adjust-none ${looks[look]}`} />
      {children}
    </span>
  );
}

export const ColumnTitles = <T,>({
  columns,
  className,
}: {
  readonly columns: readonly FactColumn<T>[];
  readonly className: string;
}) => (
  <thead className={`text-xs text-soft ${className}`}>
    <tr>
      {columns.map(({ title, right }) => (
        <th
          key={title}
          scope="col"
          className={`h-7 px-3.5 font-medium whitespace-nowrap ${right ? 'text-right' : 'text-left'}`}
        >
          {title}
        </th>
      ))}
    </tr>
  </thead>
);
