'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { User, UserList } from '@tidewatch/api/schemas';
import { useRef, useState } from 'react';
import { addUser, changeUser } from '../../api/accounts.ts';
import { namesIn, roleLabels } from '../../view/account.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Checks, Field, FormProblem } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

type Role = User['roles'][number];

/** Makes a user, or changes one: what they are called, may do, and may see. */
export function UserDialog({
  user,
  list,
  onClose,
  onMade,
}: {
  /** Absent for a new one. */
  readonly user: User | undefined;
  readonly list: UserList;
  readonly onClose: () => void;
  readonly onMade: (user: User) => void;
}) {
  const client = useQueryClient();
  const [id, setId] = useState(user?.id ?? '');
  const [name, setName] = useState(user?.name ?? '');
  const [roles, setRoles] = useState<ReadonlySet<Role>>(new Set(user?.roles ?? ['viewer']));
  const { dataClasses, useCases } = user?.reach ?? {};
  const [sees, setSees] = useState<'all' | 'some'>((dataClasses ?? useCases) ? 'some' : 'all');
  const [classes, setClasses] = useState<ReadonlySet<string>>(new Set(dataClasses ?? []));
  const [cases, setCases] = useState((useCases ?? []).join(', '));
  const first = useRef<HTMLInputElement>(null);
  const { busy, problem, attempt } = useAttempt();
  const external = user?.external ?? false;

  const save = () =>
    attempt(async () => {
      const reach = sees === 'all' ? {} : { dataClasses: [...classes], useCases: namesIn(cases) };
      if (user === undefined)
        onMade(await addUser(client, { id, name: name || id, roles: [...roles], reach }));
      else await changeUser(client, user.id, { reach, ...(external ? {} : { name, roles: [...roles] }) });
      onClose();
    });

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={user === undefined ? 'New user' : `Change ${user.id}`}
      initialFocus={first}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void save();
        }}
      >
        {user === undefined && (
          <Field
            ref={first}
            label="Name to log in with"
            required
            pattern="[\w.@\-]{1,64}"
            autoComplete="off"
            value={id}
            onChange={({ target }) => setId(target.value)}
            hint="Letters, digits, dots, hyphens, underscores and @. It stays."
          />
        )}
        <Field
          {...(user === undefined ? {} : { ref: first })}
          label="Full name"
          maxLength={200}
          required={user !== undefined}
          disabled={external}
          autoComplete="off"
          value={name}
          onChange={({ target }) => setName(target.value)}
          hint={external ? 'The identity provider decides on the name and the roles.' : undefined}
        />
        {!external && (
          <Checks
            label="Roles"
            choices={list.roles.map((value) => ({ value, label: roleLabels[value] }))}
            chosen={roles}
            onChange={setRoles}
          />
        )}
        <div className="flex flex-col items-start gap-2 text-sm">
          <Segmented
            label="Sees"
            value={sees}
            onChange={setSees}
            choices={[
              { value: 'all', label: 'All that the roles let them see' },
              { value: 'some', label: 'Only some of it' },
            ]}
          />
          {sees === 'some' && (
            <>
              <Checks
                label="Data classes"
                choices={list.dataClasses.map((value) => ({ value, label: value }))}
                chosen={classes}
                onChange={setClasses}
              />
              <Field
                label="And the data classes of these use-cases, while they are in force"
                value={cases}
                onChange={({ target }) => setCases(target.value)}
                className="w-full"
                placeholder="Names, with commas between"
              />
            </>
          )}
        </div>
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy || (!external && roles.size === 0)}>
            {user === undefined ? 'Make the user' : 'Change'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
