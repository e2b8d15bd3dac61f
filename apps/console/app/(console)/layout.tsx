import type { ReactNode } from 'react';
import { PageGate } from '../../components/shell/page-gate.tsx';
import { Shell } from '../../components/shell/shell.tsx';

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <Shell>
      <PageGate>{children}</PageGate>
    </Shell>
  );
}
