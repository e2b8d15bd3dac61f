'use client';
import type { JsonObject } from '@tidewatch/event';
import { ArrowUp, Radio, Rows3 } from 'lucide-react';
import { useMemo } from 'react';
import type { useEvents } from '../../api/events.ts';
import { compact, count } from '../../view/quantity.ts';
import { eventId } from '../../view/value.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { PagedGrid } from '../grid/paged-grid.tsx';
import { UnlessBlind } from '../shell/unless-blind.tsx';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/copy.tsx';
import { EmptyState } from '../ui/states.tsx';
import { useToday } from '../ui/use-now.ts';
import { eventColumns } from './event-columns.tsx';
import { EventTree } from './event-tree.tsx';
import type { EventState } from './use-event-state.ts';
import type { useLiveTail } from './use-live-tail.ts';

export interface EventListProps {
  readonly list: ReturnType<typeof useEvents>;
  readonly rows: readonly JsonObject[];
  /** How many there are in all, once they are counted. */
  readonly total: number | undefined;
  readonly state: EventState['state'];
  readonly setState: EventState['setState'];
  readonly tail: ReturnType<typeof useLiveTail>;
  readonly cursor: string | null;
  readonly onOpen: (id: string) => void;
  readonly onFilter: OnFilter;
}

export function EventList(props: EventListProps) {
  const { list, rows, total, state, setState, tail, cursor, onOpen, onFilter } = props;
  const today = useToday();
  const columns = useMemo(
    () => eventColumns(today, state.columns, (event) => eventId(event) === state.id),
    [today, state.columns, state.id],
  );
  const { q, from, to, sort } = state;

  return (
    <section aria-label="Events" className="flex min-h-0 min-w-0 flex-1 flex-col bg-panel">
      <div className="flex h-9 shrink-0 items-center gap-3 border-b border-line px-3 text-sm text-soft">
        <span className="figure whitespace-nowrap">
          <strong className="font-semibold text-ink">{total === undefined ? '–' : count(total)}</strong>{' '}
          {total === 1 ? 'event' : 'events'}
        </span>
        {tail.stored > 0 && !state.live && (
          <Button look="primary" className="h-7 rounded-full" onClick={() => void tail.load()}>
            <ArrowUp size={12} aria-hidden /> {compact(tail.stored)} stored since · load
          </Button>
        )}
        <div className="ml-auto flex items-center gap-1">
          <Button
            look="quiet"
            className="h-7"
            onClick={() => void setState({ sort: sort === 'newest' ? 'oldest' : 'newest' })}
          >
            {sort === 'newest' ? 'Newest first' : 'Oldest first'}
          </Button>
          <Button
            look="quiet"
            className="h-7 aria-pressed:bg-accent-wash aria-pressed:text-accent"
            aria-pressed={state.live}
            onClick={() => {
              void setState(state.live ? { live: false } : { live: true, sort: 'newest', to: 'now' });
              if (!state.live) void tail.load();
            }}
          >
            <Radio size={13} aria-hidden /> Live tail
          </Button>
        </div>
      </div>
      <PagedGrid
        list={list}
        what="the events"
        empty={
          <UnlessBlind>
            <NoEvents
              filtered={q !== ''}
              onReset={() => void setState({ q: null, from: 'now-7d', to: null })}
            />
          </UnlessBlind>
        }
        label="Events"
        rows={rows}
        columns={columns}
        rowId={eventId}
        rowHeight={30}
        {...(total === undefined ? { standing: `${count(rows.length)} loaded` } : { total })}
        cursor={cursor}
        onOpen={(event) => onOpen(eventId(event))}
        expanded={(event) =>
          eventId(event) === state.id ? (
            <div className="px-10 py-3">
              <EventTree event={event} onFilter={onFilter} />
            </div>
          ) : null
        }
        restart={[q, from, to, sort, tail.loads].join('\n')}
      />
    </section>
  );
}

function NoEvents({ filtered, onReset }: { readonly filtered: boolean; readonly onReset: () => void }) {
  return (
    <EmptyState
      icon={<Rows3 size={26} />}
      title={filtered ? 'No event fits this filter' : 'No event in this time range'}
    >
      {filtered ? (
        <>
          <p>A field that no event has matches nothing; the list on the left shows those that exist.</p>
          <Button onClick={onReset}>Search everything of the last 7 days</Button>
        </>
      ) : (
        <>
          <p>Send some, and they appear here within seconds:</p>
          <CommandLine command="npx tidewatch send /var/log/auth.log --source my-server" />
          <p>
            The Health page shows which inputs listen, and what could not be read. Events may also be older
            than the range:
          </p>
          <Button onClick={onReset}>Look at the last 7 days</Button>
        </>
      )}
    </EmptyState>
  );
}
