'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation.js';
import { useEffect } from 'react';
import { fetchViews, type ViewPage } from '../../api/views.ts';

/** Opens a page with the view that its reader chose, where its address says nothing else. */
export function useDefaultView(page: ViewPage): void {
  const client = useQueryClient();
  const router = useRouter();
  useEffect(() => {
    if (location.search !== '') return;
    let left = false;
    // Without an answer the page stands as it is, which is a view, too.
    fetchViews(client).then(
      ({ views }) => {
        const found = views.find((view) => view.page === page && view.isDefault);
        if (found !== undefined && !left && location.search === '') router.replace(`/${page}?${found.state}`);
      },
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [client, router, page]);
}
