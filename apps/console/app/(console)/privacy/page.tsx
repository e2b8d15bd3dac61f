import type { Metadata } from 'next';
import { Suspense } from 'react';
import { PrivacyPage } from '../../../components/privacy/privacy-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Privacy' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <PrivacyPage />
    </Suspense>
  );
}
