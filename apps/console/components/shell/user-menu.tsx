'use client';
import type { Session } from '@tidewatch/api/schemas';
import { Clock, KeyRound, LogOut, UserRound } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { logOut } from '../../api/client.ts';
import { dropDecisions } from '../../api/decisions.ts';
import { useSession } from '../../api/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu, MenuItem, MenuTitle } from '../ui/menu.tsx';

const PasswordDialog = lazy(() =>
  import('../admin/password-dialog.tsx').then((module) => ({ default: module.PasswordDialog })),
);

const ZoneDialog = lazy(() => import('./zone-dialog.tsx').then((module) => ({ default: module.ZoneDialog })));

/** What somebody may read, in a line. */
const readsOf = ({ dataClasses }: Session): string =>
  dataClasses === 'all'
    ? 'Reads every data class'
    : `Reads ${dataClasses.length === 0 ? 'no data class' : dataClasses.join(', ')}`;

export function UserMenu() {
  const { data: session } = useSession();
  const [changing, setChanging] = useState(false);
  const [zoning, setZoning] = useState(false);
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label="You">
            <UserRound size={15} />
          </IconButton>
        }
      >
        <MenuTitle>
          {session === undefined
            ? 'Loading…'
            : `${session.user} · ${session.roles.join(', ').replaceAll('_', ' ')}`}
        </MenuTitle>
        {session !== undefined && <MenuTitle>{readsOf(session)}</MenuTitle>}
        <MenuTitle>Tidewatch {session?.version ?? ''}</MenuTitle>
        {session !== undefined && session.method !== 'oidc' && (
          <MenuItem icon={<KeyRound size={14} />} onClick={() => setChanging(true)}>
            {session.hasPassword ? 'Change the password' : 'Set a password'}
          </MenuItem>
        )}
        {session !== undefined && (
          <MenuItem icon={<Clock size={14} />} onClick={() => setZoning(true)}>
            Time zone…
          </MenuItem>
        )}
        <MenuItem
          icon={<LogOut size={14} />}
          // A whole new page: nothing that was read stays, and whatever finds the session ended meanwhile is not heard.
          onClick={() => {
            dropDecisions();
            void logOut().finally(() => location.replace('/login?why=left'));
          }}
        >
          Log out
        </MenuItem>
      </Menu>
      {zoning && session !== undefined && (
        <Suspense>
          <ZoneDialog zone={session.zone} onClose={() => setZoning(false)} />
        </Suspense>
      )}
      {changing && session !== undefined && (
        <Suspense>
          <PasswordDialog session={session} onClose={() => setChanging(false)} />
        </Suspense>
      )}
    </>
  );
}
