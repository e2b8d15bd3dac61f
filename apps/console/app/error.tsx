'use client';
import { ProblemState } from '../components/ui/states.tsx';

/** Loads the page anew: after an upgrade the parts it asks for may have gone. */
export default function ErrorPage({ error }: { readonly error: Error }) {
  return (
    <main className="flex h-dvh flex-col">
      <ProblemState error={error} onRetry={() => location.reload()} what="This page" />
    </main>
  );
}
