import type { Metadata } from 'next';
import { Suspense } from 'react';
import { UsersPage } from '../../../../components/admin/users-page.tsx';
import { SkeletonRows } from '../../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Users' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <UsersPage />
    </Suspense>
  );
}
