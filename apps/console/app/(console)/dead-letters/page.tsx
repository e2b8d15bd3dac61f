import type { Metadata } from 'next';
import { Suspense } from 'react';
import { DeadLettersPage } from '../../../components/dead-letters/dead-letters-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Dead letters' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <DeadLettersPage />
    </Suspense>
  );
}
