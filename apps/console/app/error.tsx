'use client';
import { ProblemState } from '../components/ui/states.tsx';

export default function ErrorPage({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <main className="flex h-dvh flex-col">
      <ProblemState error={error} onRetry={reset} what="This page" />
    </main>
  );
}
