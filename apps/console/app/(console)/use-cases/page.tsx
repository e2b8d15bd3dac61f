import type { Metadata } from 'next';
import { Suspense } from 'react';
import { UseCasesPage } from '../../../components/use-cases/use-cases-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Use-cases' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <UseCasesPage />
    </Suspense>
  );
}
