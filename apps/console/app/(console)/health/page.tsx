import type { Metadata } from 'next';
import { Suspense } from 'react';
import { HealthPage } from '../../../components/health/health-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Health' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <HealthPage />
    </Suspense>
  );
}
