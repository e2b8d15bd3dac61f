import type { Metadata } from 'next';
import { Suspense } from 'react';
import { AlertsPage } from '../../../components/alerts/alerts-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Alerts' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <AlertsPage />
    </Suspense>
  );
}
