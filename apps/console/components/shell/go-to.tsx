'use client';
import { useRouter } from 'next/navigation.js';
import { useEffect } from 'react';

/** A static export has no server redirects. */
export function GoTo({ path }: { readonly path: string }) {
  const router = useRouter();
  useEffect(() => router.replace(path), [router, path]);
  return null;
}
