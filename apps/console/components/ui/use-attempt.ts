'use client';
import { useState } from 'react';

/** Runs what a form asks for, once at a time, and keeps why it was refused. */
export function useAttempt() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(error as Error);
    }
    setBusy(false);
  };
  return { busy, problem, attempt };
}
