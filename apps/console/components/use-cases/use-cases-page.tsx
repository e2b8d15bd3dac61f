'use client';
import type { UseCase } from '@tidewatch/api/schemas';
import { Scale } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { useDeferredValue } from 'react';
import { useUseCases } from '../../api/use-cases.ts';
import { plural } from '../../view/quantity.ts';
import { dayOf, daysLeft, standingOf } from '../../view/use-case.ts';
import { SplitPane } from '../alerts/split-pane.tsx';
import { useListKeys } from '../grid/use-list-keys.ts';
import { type FactColumn, FactTable, HealthSection, StateDot } from '../health/health-section.tsx';
import { RowLink } from '../ui/link.tsx';
import { Shown } from '../ui/shown.tsx';
import { EmptyState } from '../ui/states.tsx';
import { useNow } from '../ui/use-now.ts';
import { Words } from '../ui/words.tsx';
import { UseCaseDetailPane } from './use-case-detail-pane.tsx';

const none: readonly UseCase[] = [];
/** A review that is so near gets attention, in days. */
const soon = 30;

/** What data is kept for: each use-case with its approvals, and what is wrong with files of governance. */
export function UseCasesPage() {
  const query = useUseCases();
  const [name, setName] = useQueryState('name', parseAsString);
  const isWide = useDeferredValue(name === null);
  const now = useNow(60_000);
  const rows = query.data?.useCases ?? none;
  useListKeys(
    rows,
    (row) => row.name === name,
    (row) => void setName(row?.name ?? null),
    query.refetch,
  );
  const today = dayOf(now);
  const title: FactColumn<UseCase> = {
    title: 'Use-case',
    cell: (row) => (
      <button
        type="button"
        aria-current={row.name === name}
        onClick={() => void setName(row.name === name ? null : row.name)}
        className="min-h-8 py-1 text-left font-medium hover:underline aria-[current=true]:text-accent"
      >
        {row.title}
      </button>
    ),
  };
  const state: FactColumn<UseCase> = {
    title: 'State',
    cell: (row) => {
      const { look, word } = standingOf(row, today);
      return <StateDot look={look}>{word}</StateDot>;
    },
  };
  const more: readonly FactColumn<UseCase>[] = [
    {
      title: 'Data',
      cell: ({ data: its }) => (
        <span className="block max-w-72 truncate font-mono text-xs text-soft">
          {its.map(({ source, dataset }) => source ?? dataset).join(', ')}
        </span>
      ),
    },
    {
      title: 'Classes',
      cell: ({ data: its }) => (
        <span className="font-mono text-xs">
          {[...new Set(its.map(({ dataClass, ttl }) => `${dataClass} ${ttl}`))].join(', ')}
        </span>
      ),
    },
    { title: 'Rules', right: true, cell: ({ rules }) => rules.length },
    { title: 'Approvals', right: true, cell: ({ approvals }) => approvals.length },
    {
      title: 'Review by',
      cell: ({ reviewBy }) => (
        <span
          className={`figure whitespace-nowrap ${daysLeft(reviewBy, now) < soon ? 'text-warn' : 'text-soft'}`}
        >
          {reviewBy}
        </span>
      ),
    },
  ];
  return (
    <Shown query={query} what="The use-cases" rows={12}>
      {(data) => (
        <SplitPane
          list={
            <div
              className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto p-4"
              tabIndex={0}
              role="region"
              aria-label="Use-cases"
            >
              {rows.length === 0 ? (
                <EmptyState icon={<Scale size={26} aria-hidden />} title="No use-case yet">
                  <p>
                    A file in the folder of use-cases, or{' '}
                    <code className="font-mono">npx tidewatch usecase</code>, says what data is kept for, and
                    by whose approval. Without one, data is kept for a week.
                  </p>
                </EmptyState>
              ) : (
                <HealthSection id="list" title={plural(rows.length, 'use-case')}>
                  <FactTable
                    label="Use-cases"
                    rows={rows}
                    rowKey={(row) => row.name}
                    empty=""
                    columns={isWide ? [state, title, ...more] : [state, title]}
                  />
                </HealthSection>
              )}
              {data.faults.length > 0 && (
                <HealthSection id="faults" title="Files with faults">
                  <FactTable
                    label="Files with faults"
                    rows={data.faults}
                    rowKey={({ file, line, reason }) => `${file} ${line} ${reason}`}
                    empty=""
                    columns={[
                      {
                        title: 'File',
                        cell: ({ file, line }) => (
                          <code className="font-mono text-xs">
                            {file ?? '–'}
                            {line === undefined ? '' : `:${line}`}
                          </code>
                        ),
                      },
                      { title: 'What is wrong', cell: ({ reason }) => <Words>{reason}</Words> },
                    ]}
                  />
                </HealthSection>
              )}
              {data.weakened.length > 0 && (
                <HealthSection id="weakened" title="Rules that pseudonyms weaken">
                  <FactTable
                    label="Weakened rules"
                    rows={data.weakened}
                    rowKey={({ rule, path, asks, field }) => `${rule} ${path} ${asks} ${field}`}
                    empty=""
                    columns={[
                      {
                        title: 'Rule',
                        cell: (row) => (
                          <RowLink href={`/rules?id=${encodeURIComponent(row.rule)}`}>{row.title}</RowLink>
                        ),
                      },
                      {
                        title: 'Field',
                        cell: ({ path }) => <code className="font-mono text-xs">{path}</code>,
                      },
                      {
                        title: 'So that',
                        cell: ({ effect }) =>
                          effect === 'misses' ? 'it may find less' : 'an exclusion holds no more',
                      },
                    ]}
                  />
                </HealthSection>
              )}
            </div>
          }
          detail={
            name === null ? null : (
              <UseCaseDetailPane key={name} name={name} onClose={() => void setName(null)} />
            )
          }
        />
      )}
    </Shown>
  );
}
