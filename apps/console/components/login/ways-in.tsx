'use client';
import { LogIn } from 'lucide-react';
import { useRouter } from 'next/navigation.js';
import { useState } from 'react';
import { useLoginMethods } from '../../api/accounts.ts';
import { logIn } from '../../api/client.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

/** By the identity provider, where there is one, and by password. */
export function WaysIn({ back }: { readonly back: string }) {
  const router = useRouter();
  const { data: methods } = useLoginMethods();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const { busy, problem, attempt } = useAttempt();
  const provider = methods?.oidc ?? null;
  return (
    <>
      {provider !== null && (
        // A page of the server, not of the console.
        <a
          href={`/api/oidc/login?back=${encodeURIComponent(back)}`}
          className={buttonClass('primary', 'h-9 justify-center')}
        >
          <LogIn size={14} aria-hidden /> Log in by {provider.name}
        </a>
      )}
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy)
            void attempt(async () => {
              await logIn({ user, password });
              router.replace(back);
            });
        }}
      >
        <Field
          label="Name"
          autoComplete="username"
          required
          maxLength={64}
          value={user}
          onChange={({ target }) => setUser(target.value)}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
        <FormProblem problem={problem} />
        <Button
          look={provider === null ? 'primary' : 'plain'}
          type="submit"
          disabled={busy}
          className="h-9 justify-center"
        >
          {busy ? 'Logging in…' : 'Log in'}
        </Button>
      </form>
    </>
  );
}
