'use client';
import type { UseCase } from '@tidewatch/api/schemas';
import { useFieldInventory } from '../../api/privacy.ts';
import { percent } from '../../view/forecast.ts';
import { coverOf } from '../../view/privacy.ts';
import { plural } from '../../view/quantity.ts';
import { FactTable, HealthSection } from '../health/health-section.tsx';
import { Shown } from '../ui/shown.tsx';

/** Which fields a source's events have, how often, and which use-case needs them. */
export function FieldSection({
  sources,
  source,
  onSource,
  useCases,
  may,
}: {
  readonly sources: readonly string[];
  readonly source: string | null;
  readonly onSource: (source: string) => void;
  readonly useCases: readonly UseCase[];
  /** The role allows it. */
  readonly may: boolean;
}) {
  const shown = source ?? sources[0] ?? null;
  const query = useFieldInventory(shown, may);
  const { data } = query;
  return (
    <HealthSection
      id="fields"
      title="Fields of a source"
      aside={
        shown !== null &&
        may && (
          <>
            <select
              aria-label="Source"
              value={shown}
              onChange={(event) => onSource(event.target.value)}
              className="h-8 rounded-md border border-line bg-panel px-2 text-sm text-ink"
            >
              {[...new Set([shown, ...sources])].map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
            {data !== undefined && (
              <span className="figure text-sm text-soft">
                {plural(data.fields.length, 'field')} in the newest {plural(data.events, 'event')}
              </span>
            )}
          </>
        )
      }
    >
      {!may || shown === null ? (
        <p className="rounded-lg border border-line bg-panel px-4 py-3 text-sm text-soft">
          {may
            ? 'No source has sent anything yet.'
            : 'Engineers, the privacy officer and administrators see it.'}
        </p>
      ) : (
        <Shown query={query} what="The fields" rows={4}>
          {({ fields, events: looked }) => (
            <FactTable
              label="Fields"
              rows={fields.map((row) => ({ ...row, ...coverOf(row.field, useCases) }))}
              rowKey={({ field }) => field}
              empty="It sent no event in the last seven days."
              columns={[
                { title: 'Field', cell: ({ field }) => <code className="font-mono text-xs">{field}</code> },
                {
                  title: 'In events',
                  right: true,
                  cell: ({ events }) => percent(events / Math.max(1, looked)),
                },
                {
                  title: 'Kept',
                  cell: ({ isPseudonym }) => (isPseudonym ? 'under a pseudonym' : 'as it came'),
                },
                {
                  title: 'Named by',
                  cell: ({ by }) =>
                    by.length === 0 ? <span className="text-soft">no use-case in force</span> : by.join(', '),
                },
              ]}
            />
          )}
        </Shown>
      )}
    </HealthSection>
  );
}
