'use client';
import { Download } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { AlertFilter } from '../../api/alerts.ts';
import { Button, wideOnly } from '../ui/button.tsx';

const ExportDialog = lazy(() =>
  import('./export-dialog.tsx').then((module) => ({ default: module.ExportDialog })),
);

/** Takes all that a list's filter finds as a file. */
export function ExportButton({
  query,
  ...asked
}: {
  readonly title: string;
  readonly says: string;
  readonly path: string;
  readonly query: AlertFilter;
  readonly columns: readonly string[];
}) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <Download size={13} aria-hidden /> <span className={wideOnly}>Export…</span>
      </Button>
      {asking && (
        <Suspense>
          <ExportDialog
            {...asked}
            query={{ ...query }}
            formats={[
              { value: 'csv', label: 'CSV' },
              { value: 'ndjson', label: 'NDJSON' },
            ]}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </>
  );
}
