'use client';
import { useRouter, useSearchParams } from 'next/navigation.js';
import { useEffect, useRef, useState } from 'react';
import { type ApiProblem, logIn } from '../../api/client.ts';
import { Logo } from '../shell/navigation.tsx';
import { CommandLine } from '../ui/copy.tsx';
import { WaysIn } from './ways-in.tsx';

type Progress =
  | { readonly state: 'waiting' | 'trying' }
  | { readonly state: 'failed'; readonly error: ApiProblem };

const reasons: Readonly<Record<string, string>> = {
  ended: 'Nobody is logged in here, or the session has ended. You return to where you were.',
  left: 'You are logged out.',
  IDENTITY_WITHOUT_ROLE:
    'The identity provider knows you, but none of your groups has a role here. Ask an administrator of Tidewatch.',
  IDENTITY_TAKEN: 'Somebody else has your name here already. Ask an administrator of Tidewatch.',
  OIDC_REFUSED: 'The log-in at the identity provider did not succeed, or took too long. Try again.',
  OIDC_AWAY: 'The identity provider cannot be reached. Log in otherwise, or try again later.',
  LOGIN_REFUSED: 'You may not log in any more. Ask an administrator of Tidewatch.',
  TOO_MANY_LOGINS: 'Too many attempts to log in. Try again in a minute.',
};

/** Only a path of this site: a link from elsewhere must not lead away after the login. */
const safePath = (path: string | null): string =>
  path !== null && /^\/(?![/\\])\P{Cc}*$/u.test(path) && !path.startsWith('/login') ? path : '/alerts';

export function LoginPage() {
  const router = useRouter();
  const params = useSearchParams();
  const [progress, setProgress] = useState<Progress>({ state: 'waiting' });
  // The token works once, and effects run twice in development.
  const used = useRef(false);
  const back = safePath(params.get('back'));
  const why = params.get('why') ?? '';

  useEffect(() => {
    const attempt = (): void => {
      const token = new URLSearchParams(location.hash.slice(1)).get('token');
      if (token === null || token === '' || used.current) return;
      used.current = true;
      // Out of the address bar and the history before anything else can read it.
      history.replaceState(null, '', location.pathname + location.search);
      setProgress({ state: 'trying' });
      logIn({ token }).then(
        () => router.replace(back),
        (error: ApiProblem) => {
          used.current = false;
          setProgress({ state: 'failed', error });
        },
      );
    };
    attempt();
    addEventListener('hashchange', attempt);
    return () => removeEventListener('hashchange', attempt);
  }, [router, back]);

  return (
    <main className="flex h-dvh items-center justify-center bg-bg p-6">
      <div className="w-full max-w-md rounded-xl border border-line bg-panel p-8 shadow-pop">
        <div className="mb-6 flex items-center gap-3">
          <Logo size={34} />
          <h1 className="text-xl font-semibold">Tidewatch</h1>
        </div>
        {progress.state === 'trying' ? (
          <p role="status">Logging you in…</p>
        ) : (
          <div className="flex flex-col gap-4">
            {progress.state === 'failed' ? (
              <LoginProblem error={progress.error} />
            ) : (
              reasons[why] !== undefined && <p>{reasons[why]}</p>
            )}
            <WaysIn back={back} />
            <details className="text-soft">
              <summary>No password yet, or forgotten?</summary>
              <p className="my-2">
                Ask an administrator for a one-time link, or make one on the machine where Tidewatch runs:
              </p>
              <CommandLine command="npx tidewatch admin login-link" />
            </details>
          </div>
        )}
      </div>
    </main>
  );
}

function LoginProblem({ error }: { readonly error: ApiProblem }) {
  const refused = error.status >= 400 && error.status < 500;
  return (
    <div role="alert" className="rounded-md border border-line border-l-2 border-l-bad bg-raised px-3 py-2">
      <p className="font-medium">{refused ? 'This link no longer works' : 'The login did not succeed'}</p>
      <p className="text-soft">
        {refused
          ? 'A login link works once and for a short time. It was used before, or is too old.'
          : error.message}
      </p>
      <p className="mt-1 font-mono text-xs text-faint">{error.code}</p>
    </div>
  );
}
