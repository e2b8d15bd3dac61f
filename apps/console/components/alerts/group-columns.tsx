import { levels, statuses } from '@tidewatch/event';
import { ChevronRight } from 'lucide-react';
import { groupId, groupLabel } from '../../view/alert-group.ts';
import { levelLabels, statusViewLabels } from '../../view/alert-view.ts';
import { count } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import { type OnFilter, ValueMenu } from '../filter/value-menu.tsx';
import type { GridColumn } from '../grid/grid-row.tsx';
import { levelText } from '../ui/level-mark.tsx';
import { Time } from '../ui/time.tsx';
import type { AlertGroup } from './use-marked.ts';

/** A group with the name that lists know it by. */
export type GroupRow = AlertGroup & { readonly id: string };

export const rowOf = (group: AlertGroup): GroupRow => ({ ...group, id: groupId(group.values) });

const severest = [...levels].reverse();

export interface GroupColumnContext {
  readonly by: readonly string[];
  readonly now: number;
  readonly unfolded: string | null;
  readonly onFilter: OnFilter;
  /** A detail stands beside the list, so there is less room. */
  readonly open: boolean;
}

const Nothing = () => <span className="text-faint">none</span>;

const kindsOfLevel: GridColumn<GroupRow> = {
  id: 'levels',
  track: 'minmax(120px,1.2fr)',
  header: 'By severity',
  cell: (row) => (
    <span className="figure flex gap-2.5 truncate text-xs">
      {severest.flatMap((level) => {
        const some = row.levels[level];
        return some === undefined
          ? []
          : [
              <span key={level} className={levelText[level]}>
                {count(some)} {levelLabels[level]}
              </span>,
            ];
      })}
    </span>
  ),
};

const kindsOfStatus: GridColumn<GroupRow> = {
  id: 'statuses',
  track: 'minmax(120px,1.2fr)',
  header: 'By status',
  cell: (row) => (
    <span className="figure flex gap-2.5 truncate text-xs text-soft">
      {statuses.flatMap((status) => {
        const some = row.statuses[status];
        return some === undefined
          ? []
          : [
              <span key={status}>
                {count(some)} {statusViewLabels[status].toLowerCase()}
              </span>,
            ];
      })}
    </span>
  ),
};

/** One column per field, and what its alerts are. */
export function groupColumns(context: GroupColumnContext): GridColumn<GroupRow>[] {
  const { by, now, unfolded, onFilter } = context;
  return [
    {
      id: 'open',
      track: '14px',
      header: <span className="sr-only">Unfolded</span>,
      cell: (row) => (
        <ChevronRight
          size={14}
          aria-hidden
          className={`text-faint transition-transform ${row.id === unfolded ? 'rotate-90' : ''}`}
        />
      ),
    },
    ...by.map(
      (field, i): GridColumn<GroupRow> => ({
        id: `field ${field}`,
        track: 'minmax(96px,2fr)',
        header: visible(groupLabel(field)),
        cell: (row) => {
          const value = row.values[i] ?? null;
          return (
            <ValueMenu
              field={field}
              value={value}
              onFilter={onFilter}
              className="block max-w-full truncate text-sm"
            >
              {value ?? <Nothing />}
            </ValueMenu>
          );
        },
      }),
    ),
    {
      id: 'count',
      track: '72px',
      align: 'right',
      header: 'Alerts',
      cell: (row) => <span className="figure text-sm font-medium">{count(row.count)}</span>,
    },
    ...(context.open ? [] : [kindsOfLevel, kindsOfStatus]),
    {
      id: 'newest',
      track: '108px',
      align: 'right',
      header: 'Last',
      cell: (row) => (
        <span className="text-sm">
          <Time at={row.newest} now={now} />
        </span>
      ),
    },
  ];
}
