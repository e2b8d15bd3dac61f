import type { Metadata } from 'next';
import { Suspense } from 'react';
import { EventsPage } from '../../../components/events/events-page.tsx';
import { SkeletonRows } from '../../../components/ui/states.tsx';

export const metadata: Metadata = { title: 'Events' };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows label="Loading" />}>
      <EventsPage />
    </Suspense>
  );
}
