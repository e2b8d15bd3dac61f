import type { Metadata } from 'next';
import { Suspense } from 'react';
import { SkeletonRows } from '../../../components/ui/states.tsx';
import { UseCasesPage } from '../../../components/use-cases/use-cases-page.tsx';

export const metadata: Metadata = { title: 'Use-cases' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <UseCasesPage />
    </Suspense>
  );
}
