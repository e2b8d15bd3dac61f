'use client';
import type { Health, UseCase } from '@tidewatch/api/schemas';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMay } from '../../api/session.ts';
import { useHealth } from '../../api/system.ts';
import { useUseCases } from '../../api/use-cases.ts';
import { approvals, readings } from '../../view/privacy.ts';
import { bytes, count, plural } from '../../view/quantity.ts';
import { useTableKeys } from '../grid/use-table-keys.ts';
import { FactTable, HealthSection, StateDot } from '../health/health-section.tsx';
import { RowLink } from '../ui/link.tsx';
import { both, Shown } from '../ui/shown.tsx';
import { FieldSection } from './field-section.tsx';
import { DeletionSection, ReadingSection } from './noted-sections.tsx';

/** What is kept of whom, how long and why; what was deleted; and who looked. */
export function PrivacyPage() {
  const query = both(useHealth(), useUseCases());
  const { may } = useMay();
  const [{ reads, source }, setState] = useQueryStates(
    { reads: parseAsStringLiteral(readings).withDefault('events.*'), source: parseAsString },
    { history: 'replace' },
  );
  const page = useTableKeys(query.refetch);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Shown query={query} what="What is kept" rows={12}>
        {([{ store, sources: known }, { useCases }]) => (
          <div
            ref={page}
            className="min-h-0 flex-1 overflow-y-auto"
            tabIndex={0}
            role="region"
            aria-label="Privacy"
          >
            <div className="mx-auto flex max-w-7xl flex-col gap-6 p-4">
              <ClassSection classes={store.classes} useCases={useCases} />
              {may('audit') ? (
                <>
                  <ReadingSection reads={reads} onReads={(value) => void setState({ reads: value })} />
                  <DeletionSection />
                </>
              ) : (
                <HealthSection id="reads" title="Who read what, and what was deleted">
                  <p className="rounded-lg border border-line bg-panel px-4 py-3 text-sm text-soft">
                    The audit log says so: the privacy officer and administrators see it.
                  </p>
                </HealthSection>
              )}
              <FieldSection
                sources={[...new Set(known.map((one) => one.source))].sort()}
                source={source}
                onSource={(value) => void setState({ source: value })}
                useCases={useCases}
                may={may('inventory')}
              />
            </div>
          </div>
        )}
      </Shown>
    </div>
  );
}

/** Classes of what is kept elsewhere than events, and is not counted with them. */
const apart: ReadonlySet<string> = new Set(['alerts', 'cases', 'audit', 'dead_letters']);

function ClassSection({
  classes,
  useCases,
}: {
  readonly classes: Health['store']['classes'];
  readonly useCases: readonly UseCase[];
}) {
  return (
    <HealthSection id="classes" title="Data classes">
      <FactTable
        label="Data classes"
        rows={classes}
        rowKey={({ dataClass }) => dataClass}
        empty="The store holds nothing yet."
        columns={[
          {
            title: 'Class',
            cell: ({ dataClass }) => <code className="font-mono text-xs">{dataClass}</code>,
          },
          { title: 'Kept for', right: true, cell: ({ ttlDays }) => plural(ttlDays, 'day') },
          {
            title: 'Approval',
            cell: ({ approval }) => (
              <StateDot look={approvals[approval].look}>{approvals[approval].word}</StateDot>
            ),
          },
          {
            title: 'For',
            cell: ({ dataClass }) => (
              <span className="flex flex-wrap gap-x-3">
                {useCases
                  .filter(({ data }) => data.some((entry) => entry.dataClass === dataClass))
                  .map(({ name, title, inForce, reviewBy }) => (
                    <RowLink key={name} href={`/use-cases?name=${encodeURIComponent(name)}`}>
                      {title}
                      <span className="ml-1 text-soft">{inForce ? `until ${reviewBy}` : 'not in force'}</span>
                    </RowLink>
                  ))}
              </span>
            ),
          },
          {
            title: 'Events',
            right: true,
            cell: (row) => (apart.has(row.dataClass) ? '–' : count(row.events)),
          },
          { title: 'Size', right: true, cell: (row) => (apart.has(row.dataClass) ? '–' : bytes(row.bytes)) },
        ]}
      />
    </HealthSection>
  );
}
