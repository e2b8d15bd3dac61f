'use client';
import { useQueryClient } from '@tanstack/react-query';
import { Download, FileClock } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type AuditRow, useAudit } from '../../api/audit.ts';
import { fullTime } from '../../view/moment.ts';
import { count } from '../../view/quantity.ts';
import { ExportDialog } from '../filter/export-dialog.tsx';
import { TimePicker } from '../filter/time-picker.tsx';
import { PagedGrid } from '../grid/paged-grid.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/states.tsx';
import { useKey } from '../ui/use-key.ts';
import { useNow } from '../ui/use-now.ts';
import { auditColumns } from './audit-columns.tsx';
import { ChainCheck } from './chain-check.tsx';
import { FilterFields } from './filter-fields.tsx';
import { useAuditState } from './use-audit-state.ts';

const rowId = ({ seq }: AuditRow): string => String(seq);

/** Who did what: the newest first, as far back as retention lets it. */
export function AuditPage() {
  const client = useQueryClient();
  const { state, setState, filter, filtered } = useAuditState();
  const list = useAudit(filter);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { cursor, setCursor } = useCursor(rows, rowId, {
    first: state.seq === null ? null : String(state.seq),
    onOpen: ({ seq }) => toggle(seq),
    onReload: () => client.resetQueries({ queryKey: ['audit'] }),
  });
  const [exporting, setExporting] = useState(false);
  const now = useNow();
  const columns = useMemo(() => auditColumns(now), [now]);

  const toggle = (seq: number): void => {
    setCursor(String(seq));
    void setState(({ seq: before }) => ({ seq: before === seq ? null : seq }), { history: 'replace' });
  };
  useKey('escape', () => void setState({ seq: null }, { history: 'replace' }));

  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
        <FilterFields value={state} onChange={(texts) => void setState({ ...texts, seq: null })} />
        <TimePicker range={state} onChange={({ from, to }) => void setState({ from, to })} />
        <Button className="h-8" onClick={() => setExporting(true)}>
          <Download size={14} aria-hidden /> Export…
        </Button>
      </div>
      <ChainCheck />
      <section aria-label="Audit log" className="flex min-h-0 flex-1 flex-col bg-panel">
        <PagedGrid
          list={list}
          what="the audit log"
          empty={
            <EmptyState icon={<FileClock size={26} />} title="No entry fits this filter">
              {filtered && <Button onClick={() => void setState(null)}>Show the last 30 days</Button>}
            </EmptyState>
          }
          label="Audit log"
          rows={rows}
          columns={columns}
          rowId={rowId}
          rowHeight={32}
          cursor={cursor}
          onOpen={({ seq }) => toggle(seq)}
          expanded={(row) => (row.seq === state.seq ? <Entry row={row} /> : null)}
          restart={Object.values(filter).join('\n')}
          {...(list.hasNextPage && { standing: `${count(rows.length)} shown; more follow` })}
        />
      </section>
      {exporting && (
        <ExportDialog
          title="Export the audit log"
          says="All entries that fit the filter, however many. That you took them is noted."
          path="/api/audit/export"
          query={{ ...filter }}
          formats={[
            { value: 'csv', label: 'CSV' },
            { value: 'ndjson', label: 'NDJSON' },
          ]}
          onClose={() => setExporting(false)}
        />
      )}
    </>
  );
}

function Entry({ row }: { readonly row: AuditRow }) {
  return (
    <div className="flex flex-col gap-2 px-4 py-3 text-sm">
      <p className="text-soft">
        {fullTime(row.at)} · <span className="font-medium text-ink">{row.who}</span> ·{' '}
        <code className="font-mono text-xs">{row.action}</code> · {row.target}
      </p>
      <pre
        tabIndex={0}
        className="max-h-80 overflow-auto rounded-md border border-line bg-panel p-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere"
      >
        {JSON.stringify(row.detail, null, 2)}
      </pre>
      <p className="font-mono text-xs wrap-anywhere text-faint">{row.hash}</p>
    </div>
  );
}
