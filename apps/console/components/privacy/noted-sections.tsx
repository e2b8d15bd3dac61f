'use client';
import type { ReactNode } from 'react';
import { type AuditRow, useAudit } from '../../api/audit.ts';
import {
  askedWords,
  deletionOf,
  deletionsOf,
  hasEnded,
  type Reading,
  readings,
  resultsOf,
} from '../../view/privacy.ts';
import { count } from '../../view/quantity.ts';
import { type FactColumn, FactTable, HealthSection } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

const anything = { who: '', target: '', from: '', to: '' };

const readingLabels: Readonly<Record<Reading, string>> = {
  'events.*': 'Events',
  'alerts.*': 'Alerts',
  'entities.*': 'Hosts and users',
  'originals.*': 'Pseudonyms',
  'audit.*': 'The audit log',
};

/** Who looked at whose data, newest first. */
export function ReadingSection({
  reads,
  onReads,
}: {
  readonly reads: Reading;
  readonly onReads: (value: Reading) => void;
}) {
  return (
    <NotedSection
      id="reads"
      title="Who read what"
      action={reads}
      empty="Nobody did, as far back as the audit log goes."
      aside={
        <Segmented
          label="What was read"
          value={reads}
          onChange={onReads}
          choices={readings.map((value) => ({ value, label: readingLabels[value] }))}
        />
      }
      columns={[
        { title: 'Who', cell: ({ who }) => <span className="font-medium">{who}</span> },
        { title: 'Did', cell: ({ action }) => <code className="font-mono text-xs">{action}</code> },
        {
          title: 'Asked for',
          cell: (entry) => (
            <span className="block max-w-2xl truncate font-mono text-xs text-soft" title={askedWords(entry)}>
              {askedWords(entry)}
            </span>
          ),
        },
        {
          title: 'Shown',
          right: true,
          cell: (entry) => {
            const results = resultsOf(entry);
            return results === null ? '–' : count(results);
          },
        },
      ]}
    />
  );
}

/** What retention took away, newest first. */
export const DeletionSection = () => (
  <NotedSection
    id="deletions"
    title="What was deleted"
    action="retention.delet*"
    shown={deletionsOf}
    empty="Nothing yet: nothing that is kept has reached the end of its time."
    columns={[
      { title: 'From', cell: ({ target }) => target },
      {
        title: 'Class',
        cell: (entry) => <code className="font-mono text-xs">{deletionOf(entry).dataClass}</code>,
      },
      {
        title: 'What',
        cell: (entry) => (
          <span className="text-soft">
            {deletionOf(entry).what}
            {!hasEnded(entry) && ', begun, not said to be done'}
          </span>
        ),
      },
      { title: 'Records', right: true, cell: (entry) => count(deletionOf(entry).records) },
    ]}
  />
);

function NotedSection({
  id,
  title,
  action,
  empty,
  aside,
  columns,
  shown = (entries) => entries,
}: {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly empty: string;
  readonly aside?: ReactNode;
  readonly columns: readonly FactColumn<AuditRow>[];
  /** Which of the entries stand in the table. */
  readonly shown?: (entries: readonly AuditRow[]) => readonly AuditRow[];
}) {
  const query = useAudit({ ...anything, action });
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const now = useNow();
  return (
    <HealthSection id={id} title={title} aside={aside}>
      <Shown query={query} what={title} rows={3}>
        {(data) => (
          <>
            <FactTable
              label={title}
              rows={shown(data.pages.flatMap(({ items }) => items))}
              rowKey={({ seq }) => String(seq)}
              empty={empty}
              columns={[{ title: 'When', cell: ({ at }) => <Time at={at} now={now} /> }, ...columns]}
            />
            {hasNextPage && (
              <Button className="mt-2" disabled={isFetching} onClick={() => void fetchNextPage()}>
                {isFetching ? 'Loading…' : 'Show more'}
              </Button>
            )}
          </>
        )}
      </Shown>
    </HealthSection>
  );
}
