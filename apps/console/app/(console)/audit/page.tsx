import type { Metadata } from 'next';
import { Suspense } from 'react';
import { AuditPage } from '../../../components/audit/audit-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Audit' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <AuditPage />
    </Suspense>
  );
}
