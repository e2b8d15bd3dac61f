'use client';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { useRouter } from 'next/navigation.js';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useState } from 'react';
import { createQueryClient } from '../../api/query-client.ts';
import { ToastPlace } from '../ui/toasts.tsx';

export function Providers({ children }: { readonly children: ReactNode }) {
  const router = useRouter();
  const [client] = useState(() =>
    createQueryClient(() => {
      if (location.pathname === '/login') return;
      const back = encodeURIComponent(location.pathname + location.search);
      router.replace(`/login?why=ended&back=${back}`);
    }),
  );
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={client}>
        <NuqsAdapter>
          {children}
          <ToastPlace />
        </NuqsAdapter>
      </QueryClientProvider>
    </CSPProvider>
  );
}
