'use client';
import { LogOut, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation.js';
import { logOut } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu, MenuItem, MenuTitle } from '../ui/menu.tsx';

export function UserMenu() {
  const { data: session } = useSession();
  const router = useRouter();
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="You">
          <UserRound size={15} />
        </IconButton>
      }
    >
      <MenuTitle>
        {session === undefined ? 'Loading…' : `${session.user} · ${session.roles.join(', ')}`}
      </MenuTitle>
      <MenuTitle>Tidewatch {session?.version ?? ''}</MenuTitle>
      <MenuItem
        icon={<LogOut size={14} />}
        onClick={() => void logOut().finally(() => router.replace('/login?why=left'))}
      >
        Log out
      </MenuItem>
    </Menu>
  );
}
