'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { User } from '@tidewatch/api/schemas';
import { Ban, Link2, LogOut, Pencil, Trash2, UserPlus, UsersRound } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import { changeUser, endSessions, makeLink, removeUser, useUsers } from '../../api/accounts.ts';
import { useSession } from '../../api/session.ts';
import { minuteTime } from '../../view/moment.ts';
import { plural } from '../../view/quantity.ts';
import { FilterBox } from '../filter/filter-box.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { VirtualGrid } from '../grid/virtual-grid.tsx';
import { Button } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { MenuItem, MenuLine } from '../ui/menu.tsx';
import { Shown } from '../ui/shown.tsx';
import { EmptyState } from '../ui/states.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useKey } from '../ui/use-key.ts';
import { useNow } from '../ui/use-now.ts';
import { ConfirmDialog, type Question } from './confirm-dialog.tsx';
import { type Secret, SecretDialog } from './secret-dialog.tsx';
import { userColumns } from './user-columns.tsx';
import { UserDialog } from './user-dialog.tsx';

const rowId = ({ id }: User): string => id;

export function UsersPage() {
  const client = useQueryClient();
  const query = useUsers();
  const { data, refetch } = query;
  const me = useSession().data?.user;
  const [q, setQ] = useQueryState('q', parseAsString.withDefault(''));
  const [editing, setEditing] = useState<User | 'new'>();
  const [question, setQuestion] = useState<Question>();
  const [secret, setSecret] = useState<Secret>();
  const now = useNow();
  const rows = useMemo(() => {
    const sought = q.toLowerCase();
    return (data?.users ?? []).filter(({ id, name, roles }) =>
      `${id} ${name} ${roles.join(' ')}`.toLowerCase().includes(sought),
    );
  }, [data, q]);

  const say = async (work: Promise<unknown>, title: string): Promise<void> => {
    try {
      await work;
      toasts.add({ title });
    } catch (failure) {
      toasts.add({ type: 'problem', title: 'Nothing was changed', description: (failure as Error).message });
    }
  };
  const link = async ({ id }: User): Promise<void> => {
    try {
      const { url, expiresAt } = await makeLink(id);
      const until = minuteTime(Date.parse(expiresAt));
      setSecret({
        title: `One-time link for ${id}`,
        says: `It logs ${id} in once, until ${until}, and lets them set a password. Give it to nobody else; it is not shown again.`,
        text: url,
      });
    } catch (failure) {
      toasts.add({ type: 'problem', title: 'There is no link', description: (failure as Error).message });
    }
  };
  const { cursor, setCursor } = useCursor(rows, rowId, {
    onOpen: (user) => user.id !== me && setEditing(user),
    onReload: refetch,
  });
  useKey('n', () => setEditing('new'));

  const menu = (user: User) => {
    const { id, disabled, sessions } = user;
    const self = id === me;
    return (
      <>
        <MenuItem icon={<Pencil size={14} />} disabled={self} onClick={() => setEditing(user)}>
          Change…
        </MenuItem>
        <MenuItem icon={<Link2 size={14} />} disabled={disabled} onClick={() => void link(user)}>
          Make a one-time link
        </MenuItem>
        <MenuItem
          icon={<LogOut size={14} />}
          disabled={sessions === 0}
          onClick={() => void say(endSessions(client, id), `${id} is logged out`)}
        >
          Log out everywhere
        </MenuItem>
        <MenuItem
          icon={<Ban size={14} />}
          disabled={self}
          onClick={() =>
            void say(
              changeUser(client, id, { disabled: !disabled }),
              disabled ? `${id} may log in again` : `${id} is disabled`,
            )
          }
        >
          {disabled ? 'Enable' : 'Disable'}
        </MenuItem>
        <MenuLine />
        <MenuItem
          icon={<Trash2 size={14} />}
          disabled={self}
          onClick={() =>
            setQuestion({
              title: `Delete ${id}?`,
              says: 'Sessions, links and API keys go, too. The audit log keeps what they did. This cannot be undone.',
              verb: 'Delete',
              work: () => removeUser(client, id),
            })
          }
        >
          Delete…
        </MenuItem>
      </>
    );
  };

  return (
    <Shown query={query} what="The users" rows={12}>
      {(listed) => (
        <>
          <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
            <FilterBox
              label="Filter users"
              value={q}
              onChange={(text) => void setQ(text === '' ? null : text)}
            />
            <Button look="primary" className="h-8" onClick={() => setEditing('new')}>
              <UserPlus size={14} aria-hidden /> New user <Kbd>n</Kbd>
            </Button>
          </div>
          <section aria-label="Users" className="flex min-h-0 flex-1 flex-col bg-panel">
            {rows.length === 0 ? (
              <EmptyState icon={<UsersRound size={26} />} title="No user fits this filter">
                <Button onClick={() => void setQ(null)}>Show all</Button>
              </EmptyState>
            ) : (
              <VirtualGrid
                label="Users"
                rows={rows}
                columns={userColumns(now, menu)}
                rowId={rowId}
                rowHeight={36}
                total={rows.length}
                cursor={cursor}
                onOpen={({ id }) => setCursor(id)}
                restart={q}
                footer={
                  <p className="figure flex h-9 items-center justify-center text-xs text-faint" role="status">
                    {plural(rows.length, 'user')}
                  </p>
                }
              />
            )}
          </section>
          {editing !== undefined && (
            <UserDialog
              user={editing === 'new' ? undefined : editing}
              list={listed}
              onClose={() => setEditing(undefined)}
              onMade={(user) => void link(user)}
            />
          )}
          {question !== undefined && (
            <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />
          )}
          {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
        </>
      )}
    </Shown>
  );
}
