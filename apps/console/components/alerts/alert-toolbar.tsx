'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { ArrowUp, BriefcaseBusiness } from 'lucide-react';
import type { AlertFilter, useAlerts } from '../../api/alerts.ts';
import { belongsTo } from '../../view/alert-view.ts';
import { count, plural } from '../../view/quantity.ts';
import { ExportButton } from '../filter/export-button.tsx';
import { Button, wideOnly } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { GroupChoice } from './group-choice.tsx';
import { SortChoice } from './sort-choice.tsx';
import type { AlertState } from './use-alert-state.ts';
import type { useLiveAlerts } from './use-live-alerts.ts';
import type { MarkedAlerts } from './use-marked.ts';
import { isFound, sizeOf, type Triage } from './use-triage.ts';

export interface AlertToolbarProps {
  readonly list: ReturnType<typeof useAlerts>;
  readonly rows: readonly AlertRow[];
  readonly state: AlertState['state'];
  readonly setState: AlertState['setState'];
  readonly live: ReturnType<typeof useLiveAlerts>;
  readonly triage: Triage;
  readonly marked: MarkedAlerts;
  readonly filter: AlertFilter;
}

/** Above the list: what is selected and can be done with it, or how many there are and in which order. */
export function AlertToolbar(props: AlertToolbarProps) {
  const { list, triage, marked, live } = props;
  const target = triage.marked;
  const total = list.data?.pages[0]?.total ?? 0;
  if (target === undefined)
    return (
      <>
        <ListBar {...props} total={total} />
        <div aria-live="polite" className="sr-only">
          {live.fresh > 0 ? `${live.fresh} new alerts. Press r to load them.` : ''}
        </div>
      </>
    );
  const size = plural(sizeOf(target), 'alert');
  const says =
    marked.groups.size > 0
      ? `${plural(marked.groups.size, 'group')}, ${size} selected`
      : isFound(target)
        ? `All ${size} that match selected`
        : `${size} selected`;
  return (
    <BulkBar
      says={says}
      all={
        marked.found === undefined && total > triage.selected.size
          ? { total, onSelect: () => marked.markAll(total, list.dataUpdatedAt) }
          : undefined
      }
      triage={triage}
    />
  );
}

function ListBar({
  list,
  rows,
  state,
  setState,
  live,
  triage,
  filter,
  total,
}: AlertToolbarProps & { readonly total: number }) {
  const isGrouped = state.by.length > 0;
  // A row changed since stays where it is, greyed: nothing moves under the cursor.
  const gone = rows.filter(({ status }) => !belongsTo(state.status, status)).length;
  return (
    <div className="@container flex h-10 shrink-0 items-center gap-3 border-b border-line px-3 text-sm text-soft">
      <span className="figure whitespace-nowrap">
        <strong className="font-semibold text-ink">{list.data === undefined ? '–' : count(total)}</strong>{' '}
        {total === 1 ? 'alert' : 'alerts'}
      </span>
      {live.fresh > 0 && (
        <Button look="primary" className="h-7 rounded-full" onClick={() => void live.load()}>
          <ArrowUp size={12} aria-hidden />
          {count(live.fresh)}
          {live.more ? '+' : ''} new <Kbd>r</Kbd>
        </Button>
      )}
      {gone > 0 && live.fresh === 0 && (
        <Button look="quiet" className="h-7" onClick={() => void live.load()}>
          {count(gone)} done · reload
        </Button>
      )}
      <span className="ml-auto flex items-center gap-2">
        {triage.mayWork && total > 0 && (
          <Button look="quiet" onClick={() => triage.ask('case', { filter, total })}>
            <BriefcaseBusiness size={13} aria-hidden />
            <span className={wideOnly}>All into a case…</span>
          </Button>
        )}
        <ExportButton
          title="Export alerts"
          says="All alerts that fit the filter, however many: NDJSON has them whole but for their evidence, CSV the columns that you choose, also of fields of their entity. That you took them is noted."
          path="/api/alerts/export"
          query={filter}
          columns={exportColumns}
        />
      </span>
      <GroupChoice by={state.by} onChange={(by) => void setState({ by, group: null })} />
      {isGrouped ? (
        <Button
          look="quiet"
          onClick={() => void setState({ order: state.order === 'count' ? 'newest' : 'count' })}
        >
          {state.order === 'count' ? 'Most alerts first' : 'Newest first'}
        </Button>
      ) : (
        <SortChoice value={state.sort} onChange={(sort) => void setState({ sort })} />
      )}
    </div>
  );
}

const exportColumns = [
  'last',
  'rule.level',
  'title',
  'summary',
  'count',
  'status',
  'reason',
  'assignee',
  'first',
  'rule.id',
  'id',
];
