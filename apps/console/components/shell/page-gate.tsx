'use client';
import { Lock } from 'lucide-react';
import { usePathname } from 'next/navigation.js';
import type { ReactNode } from 'react';
import { useMay, useSession } from '../../api/session.ts';
import { rolesThatMay } from '../../view/role.ts';
import { EmptyState, SkeletonRows } from '../ui/states.tsx';
import { pages } from './navigation.tsx';

/** A page for those who may open it; for others, whom it is for. */
export function PageGate({ children }: { readonly children: ReactNode }) {
  const path = usePathname();
  const { data: session, isPending } = useSession();
  const { may } = useMay();
  const page = pages.find((one) => one.path === path);
  if (page?.duty === undefined || may(page.duty)) return children;
  // What the page would ask for might be refused.
  if (isPending) return <SkeletonRows label="Loading" />;
  if (session === undefined) return children;
  return (
    <EmptyState icon={<Lock size={26} aria-hidden />} title={`${page.title}: not for your role`}>
      <p>
        It takes {rolesThatMay(page.duty)}; you have {session.roles.join(' and ').replaceAll('_', ' ')}. An
        administrator can change that.
      </p>
    </EmptyState>
  );
}
