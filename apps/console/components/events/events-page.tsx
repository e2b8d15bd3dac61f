'use client';
import type { JsonObject } from '@tidewatch/event';
import { X } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useEvent, useEventHistogram, useEvents } from '../../api/events.ts';
import { absoluteRange } from '../../view/time-range.ts';
import { eventId, eventTime } from '../../view/value.ts';
import { HistogramPanel } from '../charts/histogram-panel.tsx';
import { type ChartSeries, totalOf } from '../charts/stack.ts';
import { ExportButton } from '../filter/export-button.tsx';
import { KqlBox } from '../filter/kql-box.tsx';
import { kqlProblemOf } from '../filter/kql-problem.ts';
import { RowValuesMenu } from '../filter/row-values-menu.tsx';
import { TimePicker } from '../filter/time-picker.tsx';
import { changeFilter, type ValueActions, ValueActionsContext } from '../filter/value-actions.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { ViewsMenu } from '../filter/views-menu.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { IconButton } from '../ui/button.tsx';
import { Shown } from '../ui/shown.tsx';
import { useKey } from '../ui/use-key.ts';
import { shownValues } from './event-columns.tsx';
import { EventList } from './event-list.tsx';
import { EventTree } from './event-tree.tsx';
import { FieldsSidebar } from './fields-sidebar.tsx';
import { useEventState } from './use-event-state.ts';
import { useLiveTail } from './use-live-tail.ts';

const series: readonly ChartSeries[] = [{ key: 'events', label: 'Events', colour: '--accent' }];

export function EventsPage() {
  const { state, setState, filter } = useEventState();
  const list = useEvents(filter, state.sort);
  const histogram = useEventHistogram(filter);
  const total =
    histogram.data === undefined || histogram.isPlaceholderData ? undefined : totalOf(histogram.data);
  const tail = useLiveTail(state.live);
  const rows = useMemo<JsonObject[]>(
    () => list.data?.pages.flatMap((page) => page.items as JsonObject[]) ?? [],
    [list.data],
  );
  const { cursor, setCursor, atCursor } = useCursor(rows, eventId, {
    first: state.id,
    onOpen: (event) => toggle(eventId(event)),
    onReload: tail.load,
  });
  const isListed = state.id === null || rows.some((event) => eventId(event) === state.id);

  const toggle = useCallback(
    (id: string | null) => {
      setCursor(id);
      void setState(({ id: before }) => ({ id: before === id ? null : id }), { history: 'replace' });
    },
    [setState, setCursor],
  );
  const onFilter = useCallback<OnFilter>(
    (field, value, mode) => void setState(({ q }) => ({ q: changeFilter(q, field, value, mode) })),
    [setState],
  );
  const actions = useMemo<ValueActions>(
    () => ({
      columns: state.columns,
      onColumn: (field) =>
        void setState(({ columns }) => ({
          columns: columns.includes(field) ? columns.filter((one) => one !== field) : [...columns, field],
        })),
    }),
    [setState, state.columns],
  );
  useKey('escape', () => void setState({ id: null }, { history: 'replace' }));

  return (
    <ValueActionsContext value={actions}>
      {atCursor !== undefined && (
        <RowValuesMenu
          values={shownValues(atCursor, state.columns)}
          at={eventTime(atCursor)}
          onFilter={onFilter}
        />
      )}
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
        <KqlBox
          page="events"
          range={state}
          value={state.q}
          onChange={(q) => void setState({ q })}
          problem={kqlProblemOf(list.error, state.q, filter.q)}
          placeholder="Search events, e.g. event.dataset: linux.sshd and source.ip: 10.0.0.0/8"
        />
        <TimePicker range={state} onChange={({ from, to }) => void setState({ from, to, live: false })} />
        <ViewsMenu page="events" />
        <ExportButton
          title="Export events"
          says="All events that fit the filter, however many: NDJSON has them whole, CSV the columns that you choose. That you took them is noted."
          path="/api/events/export"
          query={filter}
          columns={['@timestamp', 'event.dataset', ...state.columns, 'message']}
        />
      </div>
      <div className="h-28 shrink-0 border-b border-line bg-panel">
        <HistogramPanel
          histogram={histogram.data}
          series={series}
          what="event"
          onBrush={(from, to) => void setState({ ...absoluteRange(from, to), live: false })}
          busy={histogram.isPlaceholderData}
          error={histogram.error}
        />
      </div>
      <div className="flex min-h-0 flex-1">
        <FieldsSidebar
          filter={filter}
          columns={state.columns}
          onColumns={(columns) => void setState({ columns })}
          onFilter={onFilter}
        />
        <div className="flex min-w-0 flex-1 flex-col">
          {!isListed && state.id !== null && (
            <LinkedEvent id={state.id} onFilter={onFilter} onClose={() => void setState({ id: null })} />
          )}
          <EventList
            list={list}
            rows={rows}
            total={total}
            state={state}
            setState={setState}
            tail={tail}
            cursor={cursor}
            onOpen={toggle}
            onFilter={onFilter}
          />
        </div>
      </div>
    </ValueActionsContext>
  );
}

/** The event of a link that is not among the rows loaded. */
function LinkedEvent({
  id,
  onFilter,
  onClose,
}: {
  readonly id: string;
  readonly onFilter: OnFilter;
  readonly onClose: () => void;
}) {
  const query = useEvent(id);
  // While the list loads, the event may still turn up in it.
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <section
      aria-label="Linked event"
      className="max-h-1/2 shrink-0 overflow-y-auto border-b border-line bg-raised px-4 py-3"
    >
      <div className="mb-2 flex items-center gap-2">
        <h2 className="text-sm font-semibold">Linked event</h2>
        <IconButton label="Close" onClick={onClose} className="ml-auto">
          <X size={15} />
        </IconButton>
      </div>
      <Shown query={query} what="The event">
        {(event) => <EventTree event={event} onFilter={onFilter} />}
      </Shown>
    </section>
  );
}
