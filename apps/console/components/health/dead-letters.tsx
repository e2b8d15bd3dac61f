import type { Health } from '@tidewatch/api/schemas';
import { adviceFor } from '../../view/letter-view.ts';
import { count } from '../../view/quantity.ts';
import { RowLink } from '../ui/link.tsx';
import { FactTable, HealthSection } from './health-section.tsx';

/** How much could not be handled and still waits for somebody, by reason; the rest is on its own page. */
export function DeadLetters({ summary }: { readonly summary: Health['deadLetters'] }) {
  return (
    <HealthSection id="dead-letters" title="Dead letters">
      <FactTable
        label="Dead letters"
        rows={summary.reasons}
        rowKey={({ reason }) => reason}
        empty="None: everything that came could be handled."
        columns={[
          {
            title: 'Reason',
            cell: ({ reason }) => (
              <RowLink
                href={`/dead-letters?reason=${encodeURIComponent(reason)}`}
                className="font-mono text-xs"
              >
                {reason}
              </RowLink>
            ),
          },
          { title: 'Open', right: true, cell: (row) => count(row.count) },
          {
            title: 'What to do',
            cell: ({ reason }) => <span className="text-soft">{adviceFor(reason)}</span>,
          },
        ]}
      />
    </HealthSection>
  );
}
