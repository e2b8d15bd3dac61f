import type { Metadata } from 'next';
import { Suspense } from 'react';
import { EntityPage } from '../../../components/entity/entity-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Entity' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <EntityPage />
    </Suspense>
  );
}
