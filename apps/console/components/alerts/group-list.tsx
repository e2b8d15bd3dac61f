'use client';
import { Group } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { type AlertFilter, useAlertGroups } from '../../api/alerts.ts';
import { inGroup, inGroups } from '../../view/alert-group.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { PagedGrid } from '../grid/paged-grid.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { UnlessBlind } from '../shell/unless-blind.tsx';
import { EmptyState } from '../ui/states.tsx';
import { useKey } from '../ui/use-key.ts';
import { useNow } from '../ui/use-now.ts';
import { GroupAlerts } from './group-alerts.tsx';
import { type GroupRow, groupColumns, rowOf } from './group-columns.tsx';
import type { AlertState } from './use-alert-state.ts';
import type { MarkedAlerts } from './use-marked.ts';

const rowId = ({ id }: GroupRow): string => id;

/** Groups of the alerts that the filter finds, page by page from the server. */
export function GroupList({
  filter,
  state,
  setState,
  marked,
  mayWork,
  open,
  onOpen,
  onReload,
  onFilter,
}: Pick<AlertState, 'state' | 'setState'> & {
  readonly filter: AlertFilter;
  readonly marked: MarkedAlerts;
  /** Who looks may change alerts: groups are selected for that alone. */
  readonly mayWork: boolean;
  readonly open: boolean;
  readonly onOpen: (id: string) => void;
  readonly onReload: () => unknown;
  readonly onFilter: OnFilter;
}) {
  const now = useNow();
  const { q, status, by, order, group: unfolded } = state;
  const list = useAlertGroups(filter, by, order);
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items.map(rowOf)) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total ?? 0;
  const { groups: chosen, markGroups } = marked;
  const seenAt = list.dataUpdatedAt;
  const { cursor, setCursor, atCursor } = useCursor(rows, rowId, {
    first: unfolded,
    onOpen: (row) => unfold(row),
    onReload,
  });

  const unfold = useCallback(
    (row: GroupRow) => {
      setCursor(row.id);
      void setState(({ group }) => ({ group: group === row.id ? null : row.id }), { history: 'replace' });
    },
    [setState, setCursor],
  );
  const columns = useMemo(
    () => groupColumns({ by, now, unfolded, onFilter, open }),
    [by, now, unfolded, onFilter, open],
  );

  useKey(
    'x',
    () => {
      if (atCursor !== undefined) markGroups([atCursor], seenAt);
    },
    { enabled: mayWork },
  );

  return (
    <PagedGrid
      list={list}
      what="the groups"
      empty={
        <UnlessBlind>
          <EmptyState icon={<Group size={26} />} title="No alert to group">
            <p>No alert fits the filter, the status and the time range.</p>
          </EmptyState>
        </UnlessBlind>
      }
      label="Groups of alerts"
      rows={rows}
      columns={columns}
      rowId={rowId}
      rowHeight={34}
      total={total}
      cursor={cursor}
      onOpen={unfold}
      selection={
        mayWork
          ? {
              what: 'groups',
              label: ({ values }) => values.map((value) => value ?? 'none').join(', '),
              has: ({ id }) => chosen.has(id),
              onSelect: (row) => markGroups([row], seenAt),
              onSelectAll: () => markGroups(rows, seenAt),
            }
          : undefined
      }
      expanded={(row) =>
        row.id === unfolded ? (
          <GroupAlerts
            filter={{ ...filter, q: inGroups(q, status, by, [row.values]) }}
            now={now}
            onOpen={onOpen}
            onAll={() => void setState({ q: inGroup(q, by, row.values), by: null, group: null })}
          />
        ) : null
      }
      restart={[filter.q, filter.from, filter.to, order, ...by].join('\n')}
    />
  );
}
