import type { Metadata } from 'next';
import { Suspense } from 'react';
import { CasesPage } from '../../../components/cases/cases-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Cases' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <CasesPage />
    </Suspense>
  );
}
