import type { Metadata } from 'next';
import { Suspense } from 'react';
import { KeysPage } from '../../../../components/admin/keys-page.tsx';
import { SkeletonRows } from '../../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'API keys' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <KeysPage />
    </Suspense>
  );
}
