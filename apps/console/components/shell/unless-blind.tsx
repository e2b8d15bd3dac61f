'use client';
import { EyeOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useSession } from '../../api/session.ts';
import { EmptyState } from '../ui/states.tsx';

/** Why a list is empty: for who sees no data class at all that it is so, else `children`. */
export function UnlessBlind({ children }: { readonly children: ReactNode }) {
  const { data: session } = useSession();
  if (session === undefined || session.dataClasses === 'all' || session.dataClasses.length > 0)
    return children;
  return (
    <EmptyState icon={<EyeOff size={26} aria-hidden />} title="You see no data class">
      <p>
        What there is stays hidden from you: no class names your role (
        {session.roles.join(', ').replaceAll('_', ' ')}) among its readers, or your account is narrowed to
        none. <code className="font-mono">governance/classes.yml</code> names the readers; an administrator
        can give you another role.
      </p>
    </EmptyState>
  );
}
