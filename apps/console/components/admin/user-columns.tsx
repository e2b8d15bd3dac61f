import type { User } from '@tidewatch/api/schemas';
import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { reachText, rolesText, wayIn } from '../../view/account.ts';
import type { GridColumn } from '../grid/grid-row.tsx';
import { StateDot } from '../health/health-section.tsx';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { Time } from '../ui/time.tsx';

const text = (value: string) => (
  <span className="block truncate text-sm" title={value}>
    {value}
  </span>
);

/** @param menu what can be done with a user */
export function userColumns(now: number, menu: (user: User) => ReactNode): GridColumn<User>[] {
  return [
    {
      id: 'id',
      track: 'minmax(90px,1fr)',
      header: 'User',
      cell: (row) => <span className="block truncate text-sm font-medium">{row.id}</span>,
    },
    {
      id: 'name',
      track: 'minmax(90px,1fr)',
      header: 'Full name',
      cell: (row) => text(row.name),
    },
    {
      id: 'roles',
      track: 'minmax(110px,1.2fr)',
      header: 'Roles',
      cell: (row) => text(rolesText(row.roles)),
    },
    {
      id: 'reach',
      track: 'minmax(120px,1.6fr)',
      header: 'Sees',
      cell: (row) => text(reachText(row.reach)),
    },
    {
      id: 'way',
      track: '120px',
      header: 'Logs in by',
      cell: (row) => text(wayIn(row)),
    },
    {
      id: 'state',
      track: '132px',
      header: 'State',
      cell: (user) => (
        <span className="text-sm">
          <StateDot look={user.disabled ? 'bad' : user.sessions > 0 ? 'good' : 'idle'}>
            {user.disabled ? 'Disabled' : user.sessions > 0 ? `${user.sessions} logged in` : 'Not logged in'}
          </StateDot>
        </span>
      ),
    },
    {
      id: 'seen',
      track: '112px',
      header: 'Last seen',
      cell: (user) =>
        user.lastSeenAt === null ? null : (
          <span className="text-sm">
            <Time at={user.lastSeenAt} now={now} />
          </span>
        ),
    },
    {
      id: 'menu',
      track: '32px',
      header: <span className="sr-only">Actions</span>,
      cell: (user) => (
        <Menu
          align="end"
          trigger={
            <IconButton label={`Actions for ${user.id}`}>
              <Ellipsis size={15} />
            </IconButton>
          }
        >
          {menu(user)}
        </Menu>
      ),
    },
  ];
}
