'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { Session } from '@tidewatch/api/schemas';
import { useRef, useState } from 'react';
import { setPassword } from '../../api/accounts.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

/** Sets one's own password. Who came by a link need not know the one before. */
export function PasswordDialog({
  session,
  onClose,
}: {
  readonly session: Session;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const asksCurrent = session.hasPassword && session.method !== 'link';
  const [current, setCurrent] = useState('');
  const [password, setNew] = useState('');
  const [again, setAgain] = useState('');
  const [keepKeys, setKeepKeys] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const { busy, problem, attempt } = useAttempt();
  const differs = again !== '' && again !== password;
  const save = () =>
    attempt(async () => {
      await setPassword(password, asksCurrent ? current : undefined, keepKeys);
      await client.invalidateQueries({ queryKey: ['session'] });
      toasts.add({
        title: 'The password is set',
        description: `Your other sessions have ended${keepKeys ? '' : ', and API keys that do more than send events'}.`,
      });
      onClose();
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={session.hasPassword ? 'Change the password' : 'Set a password'}
      initialFocus={first}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!differs && !busy) void save();
        }}
      >
        {/* Password managers store it under the name. */}
        <input type="text" autoComplete="username" value={session.user} readOnly hidden />
        {asksCurrent && (
          <Field
            ref={first}
            label="Current password"
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={({ target }) => setCurrent(target.value)}
          />
        )}
        <Field
          {...(asksCurrent ? {} : { ref: first })}
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          minLength={15}
          value={password}
          onChange={({ target }) => setNew(target.value)}
          hint="15 characters at least. A few words in a row do well."
        />
        <Field
          label="Once more"
          type="password"
          autoComplete="new-password"
          required
          value={again}
          aria-invalid={differs}
          onChange={({ target }) => setAgain(target.value)}
          hint={differs ? 'This is not the same.' : undefined}
        />
        <label className="flex min-h-6 items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={keepKeys}
            onChange={({ target }) => setKeepKeys(target.checked)}
            className="size-3.5 accent-(--accent)"
          />
          Keep my API keys in force
        </label>
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy || password === '' || again !== password}>
            {busy ? 'Setting it…' : 'Set it'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
