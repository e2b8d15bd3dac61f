import type { Health } from '@tidewatch/api/schemas';
import { useMay } from '../../api/session.ts';
import { approvals } from '../../view/privacy.ts';
import { bytes, count } from '../../view/quantity.ts';
import { TextLink } from '../ui/link.tsx';
import { FactTable, HealthSection, StateDot } from './health-section.tsx';

/** What is kept, for how long, and where else anything of it stays. */
export function StoreSection({ store }: { readonly store: Health['store'] }) {
  const { may } = useMay();
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <HealthSection id="store" title="Store by data class">
        <FactTable
          label="Data classes"
          rows={store.classes}
          rowKey={({ dataClass }) => dataClass}
          empty="The store holds nothing yet."
          columns={[
            {
              title: 'Class',
              cell: ({ dataClass }) => <code className="font-mono text-xs">{dataClass}</code>,
            },
            {
              title: 'Kept for',
              right: true,
              cell: ({ ttlDays }) => `${count(ttlDays)} ${ttlDays === 1 ? 'day' : 'days'}`,
            },
            {
              title: 'Approval',
              cell: ({ approval }) => (
                <StateDot look={approvals[approval].look}>{approvals[approval].word}</StateDot>
              ),
            },
            { title: 'Events', right: true, cell: ({ events }) => count(events) },
            { title: 'Size', right: true, cell: (row) => bytes(row.bytes) },
          ]}
        />
      </HealthSection>
      <HealthSection
        id="retention"
        title="Everything that is kept"
        aside={
          may('audit') ? (
            <span className="text-sm">
              <TextLink href="/audit?action=retention.delet*&from=now-365d">What was deleted</TextLink>
            </span>
          ) : (
            <span className="text-sm text-soft">The audit log says what was deleted.</span>
          )
        }
      >
        <FactTable
          label="Retention registry"
          rows={store.kept}
          rowKey={({ keeper, keeps }) => `${keeper} ${keeps}`}
          empty="Nothing has enrolled in the retention registry."
          columns={[
            { title: 'Keeper', cell: ({ keeper }) => <span className="font-medium">{keeper}</span> },
            { title: 'Keeps', cell: ({ keeps }) => <span className="text-soft">{keeps}</span> },
            { title: 'For', cell: ({ ttl }) => <span className="whitespace-nowrap">{ttl}</span> },
          ]}
        />
      </HealthSection>
    </div>
  );
}
