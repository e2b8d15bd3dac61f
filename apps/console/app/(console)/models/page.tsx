import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ModelsPage } from '../../../components/models/models-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Models' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <ModelsPage />
    </Suspense>
  );
}
