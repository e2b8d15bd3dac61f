import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForecastsPage } from '../../../components/forecasts/forecasts-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Forecasts' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <ForecastsPage />
    </Suspense>
  );
}
