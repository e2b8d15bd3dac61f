'use client';
import type { Json } from '@tidewatch/event';
import { ChevronRight, Columns3, Search } from 'lucide-react';
import { useState } from 'react';
import { type EventFilter, useFields, useTopValues } from '../../api/events.ts';
import { count } from '../../view/quantity.ts';
import { valueText } from '../../view/value.ts';
import { type OnFilter, ValueMenu } from '../filter/value-menu.tsx';
import { IconButton } from '../ui/button.tsx';
import { Shown } from '../ui/shown.tsx';

/** Above this a list of fields is searched, not read. */
const shownAtMost = 150;

/** Fields of recent events; opening one reads its most frequent values under the filter. */
export function FieldsSidebar({
  filter,
  columns,
  onColumns,
  onFilter,
}: {
  readonly filter: EventFilter;
  readonly columns: readonly string[];
  readonly onColumns: (columns: string[]) => void;
  readonly onFilter: OnFilter;
}) {
  const { data, error } = useFields();
  const [search, setSearch] = useState('');
  const fitting = data?.fields.filter((field) => field.includes(search.trim().toLowerCase())) ?? [];
  return (
    <aside aria-label="Fields" className="flex w-68 shrink-0 flex-col border-r border-line bg-panel">
      <label className="flex h-9 shrink-0 items-center gap-2 border-b border-line px-3 focus-within:bg-hover">
        <Search size={13} className="text-faint" aria-hidden />
        <input
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder={data === undefined ? 'Fields' : `Find in ${data.fields.length} fields`}
          aria-label="Find a field"
          className="min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint"
        />
      </label>
      <ul className="min-h-0 flex-1 overflow-y-auto p-1.5" tabIndex={0} aria-label="Fields of recent events">
        {fitting.slice(0, shownAtMost).map((field) => (
          <Field
            key={field}
            field={field}
            filter={filter}
            isColumn={columns.includes(field)}
            onColumn={() =>
              onColumns(
                columns.includes(field) ? columns.filter((other) => other !== field) : [...columns, field],
              )
            }
            onFilter={onFilter}
          />
        ))}
        {fitting.length > shownAtMost && (
          <li className="px-2 py-1 text-xs text-faint">
            {count(fitting.length - shownAtMost)} more: narrow the search.
          </li>
        )}
        {data !== undefined && fitting.length === 0 && (
          <li className="px-2 py-1 text-sm text-soft">
            {data.fields.length === 0
              ? 'No field is known: there is no event that you see.'
              : 'No field has this in its name.'}
          </li>
        )}
        {error !== null && (
          <li role="alert" className="px-2 py-1 text-sm text-bad">
            {data !== undefined && 'These are from before: '}
            {error.message}
          </li>
        )}
      </ul>
    </aside>
  );
}

function Field({
  field,
  filter,
  isColumn,
  onColumn,
  onFilter,
}: {
  readonly field: string;
  readonly filter: EventFilter;
  readonly isColumn: boolean;
  readonly onColumn: () => void;
  readonly onFilter: OnFilter;
}) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div className="flex items-center rounded hover:bg-hover">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex h-7 min-w-0 flex-1 items-center gap-1 px-1 text-left font-mono text-xs"
        >
          <ChevronRight
            size={12}
            aria-hidden
            className={`shrink-0 text-faint transition-transform ${open ? 'rotate-90' : ''}`}
          />
          <span className="truncate" title={field}>
            {field}
          </span>
        </button>
        <IconButton
          label={isColumn ? `Hide the column ${field}` : `Show ${field} as a column`}
          aria-pressed={isColumn}
          onClick={onColumn}
          className="size-7"
        >
          <Columns3 size={12} />
        </IconButton>
      </div>
      {open && <TopValueList field={field} filter={filter} onFilter={onFilter} />}
    </li>
  );
}

function TopValueList({
  field,
  filter,
  onFilter,
}: {
  readonly field: string;
  readonly filter: EventFilter;
  readonly onFilter: OnFilter;
}) {
  return (
    <Shown query={useTopValues(field, filter, true)} what="The values">
      {({ values }) => (
        <ol className="mb-1.5 ml-4 flex flex-col" aria-label={`Most frequent values of ${field}`}>
          {values.map(({ value, count: times }) => (
            <li key={JSON.stringify(value)} className="relative flex items-center gap-2 pr-1">
              <ValueMenu
                field={field}
                value={value as Json}
                onFilter={onFilter}
                className="min-w-0 flex-1 truncate text-xs"
              >
                {valueText(value) === '' ? <span className="text-faint">empty</span> : valueText(value)}
              </ValueMenu>
              <meter
                className="top-meter h-1 w-10 shrink-0"
                aria-label={`Share of ${valueText(value)}`}
                min={0}
                max={values[0]?.count ?? 1}
                value={times}
              />
              <span className="figure w-10 shrink-0 text-right text-xs text-soft">{count(times)}</span>
            </li>
          ))}
          {values.length === 0 && (
            <li className="px-1 text-xs text-faint">No event under this filter has it.</li>
          )}
        </ol>
      )}
    </Shown>
  );
}
