import { createColumnHelper } from '@tanstack/react-table';
import type { User } from '@tidewatch/api/schemas';
import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { reachText, rolesText, wayIn } from '../../view/account.ts';
import type { GridColumn, gridFeatures } from '../grid/virtual-grid.tsx';
import { StateDot } from '../health/health-section.tsx';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { Time } from '../ui/time.tsx';

const helper = createColumnHelper<typeof gridFeatures, User>();
const text = (value: string) => (
  <span className="block truncate text-sm" title={value}>
    {value}
  </span>
);

/** @param menu what can be done with a user */
export function userColumns(now: number, menu: (user: User) => ReactNode): GridColumn<User>[] {
  return [
    helper.display({
      id: 'id',
      meta: { track: 'minmax(90px,1fr)' },
      header: 'User',
      cell: ({ row }) => <span className="block truncate text-sm font-medium">{row.original.id}</span>,
    }),
    helper.display({
      id: 'name',
      meta: { track: 'minmax(90px,1fr)' },
      header: 'Full name',
      cell: ({ row }) => text(row.original.name),
    }),
    helper.display({
      id: 'roles',
      meta: { track: 'minmax(110px,1.2fr)' },
      header: 'Roles',
      cell: ({ row }) => text(rolesText(row.original.roles)),
    }),
    helper.display({
      id: 'reach',
      meta: { track: 'minmax(120px,1.6fr)' },
      header: 'Sees',
      cell: ({ row }) => text(reachText(row.original.reach)),
    }),
    helper.display({
      id: 'way',
      meta: { track: '120px' },
      header: 'Logs in by',
      cell: ({ row }) => text(wayIn(row.original)),
    }),
    helper.display({
      id: 'state',
      meta: { track: '132px' },
      header: 'State',
      cell: ({ row: { original } }) => (
        <span className="text-sm">
          <StateDot look={original.disabled ? 'bad' : original.sessions > 0 ? 'good' : 'idle'}>
            {original.disabled
              ? 'Disabled'
              : original.sessions > 0
                ? `${original.sessions} logged in`
                : 'Not logged in'}
          </StateDot>
        </span>
      ),
    }),
    helper.display({
      id: 'seen',
      meta: { track: '112px' },
      header: 'Last seen',
      cell: ({ row: { original } }) =>
        original.lastSeenAt === null ? null : (
          <span className="text-sm">
            <Time at={original.lastSeenAt} now={now} />
          </span>
        ),
    }),
    helper.display({
      id: 'menu',
      meta: { track: '32px' },
      header: () => <span className="sr-only">Actions</span>,
      cell: ({ row: { original } }) => (
        <Menu
          align="end"
          trigger={
            <IconButton label={`Actions for ${original.id}`}>
              <Ellipsis size={15} />
            </IconButton>
          }
        >
          {menu(original)}
        </Menu>
      ),
    }),
  ];
}
