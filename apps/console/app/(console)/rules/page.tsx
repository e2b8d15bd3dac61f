import type { Metadata } from 'next';
import { Suspense } from 'react';
import { RulesPage } from '../../../components/rules/rules-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Rules' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <RulesPage />
    </Suspense>
  );
}
