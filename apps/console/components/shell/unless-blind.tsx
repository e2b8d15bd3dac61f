'use client';
import { EyeOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useSession } from '../../api/session.ts';
import { EmptyState } from '../ui/states.tsx';

/** Why a list is empty: for who sees no data class at all that it is so; for who sees only some, `children` and which. */
export function UnlessBlind({ children }: { readonly children: ReactNode }) {
  const { data: session } = useSession();
  if (session === undefined || session.dataClasses === 'all') return children;
  const roles = session.roles.join(', ').replaceAll('_', ' ');
  const who = (
    <>
      <code className="font-mono">governance/classes.yml</code> names the readers of each class; an
      administrator can give you another role.
    </>
  );
  if (session.dataClasses.length > 0)
    return (
      <>
        {children}
        <p className="mx-auto max-w-2xl px-6 pb-6 text-center text-sm text-soft">
          With your role ({roles}) you see what is of{' '}
          {session.dataClasses.length === 1 ? 'the data class' : 'the data classes'}{' '}
          <code className="font-mono">{session.dataClasses.join(', ')}</code>; all else stays hidden from you.{' '}
          {who}
        </p>
      </>
    );
  return (
    <EmptyState icon={<EyeOff size={26} aria-hidden />} title="You see no data class">
      <p>
        What there is stays hidden from you: no class names your role ({roles}) among its readers, or your
        account is narrowed to none. {who}
      </p>
    </EmptyState>
  );
}
