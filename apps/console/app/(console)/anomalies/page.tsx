import type { Metadata } from 'next';
import { Suspense } from 'react';
import { AnomaliesPage } from '../../../components/anomalies/anomalies-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Anomalies' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <AnomaliesPage />
    </Suspense>
  );
}
