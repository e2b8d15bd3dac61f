import type { ReactNode } from 'react';
import { PageGate } from '../../components/shell/page-gate.tsx';
import { Shell } from '../../components/shell/shell.tsx';

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <>
      {/* Every page asks who looks: the answer is under way while its scripts still load. */}
      <link rel="preload" href="/api/session" as="fetch" crossOrigin="anonymous" />
      <Shell>
        <PageGate>{children}</PageGate>
      </Shell>
    </>
  );
}
