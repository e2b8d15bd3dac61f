'use client';
import { useState } from 'react';
import { useDetectorEntities } from '../../api/detectors.ts';
import { entityLabel } from '../../view/anomaly.ts';
import { figure } from '../../view/forecast.ts';
import { count } from '../../view/quantity.ts';
import { FactTable } from '../health/health-section.tsx';
import { Field } from '../ui/field.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

/** Entities that a detector knows, those with the newest events first. */
export function EntitySection({
  id,
  find,
  onFind,
  onOpen,
}: {
  readonly id: string;
  readonly find: string;
  readonly onFind: (text: string | null) => void;
  readonly onOpen: (entity: readonly string[]) => void;
}) {
  const [draft, setDraft] = useState(find);
  const known = useDetectorEntities(id, find, true);
  const now = useNow();
  return (
    <Section title="Entities" aside={known.data && `${known.data.entities.length} shown`}>
      <form
        className="mb-2 max-w-sm"
        onSubmit={(event) => {
          event.preventDefault();
          onFind(draft.trim() === '' ? null : draft.trim());
        }}
      >
        <Field
          label="Part of a name, applied with Enter"
          value={draft}
          maxLength={500}
          onChange={(event) => setDraft(event.target.value)}
        />
      </form>
      <Shown query={known} what="The entities">
        {({ entities }) => (
          <FactTable
            label="Entities"
            rows={entities}
            rowKey={({ entity, newest }) => `${JSON.stringify(entity)} ${newest}`}
            empty={
              find === ''
                ? 'No entity is known that you may see. One is, with the first event that fits the filter.'
                : 'No entity has that in its name.'
            }
            columns={[
              {
                title: 'Entity',
                cell: ({ entity }) => (
                  <button
                    type="button"
                    onClick={() => onOpen(entity)}
                    className="min-h-7 text-left wrap-anywhere hover:underline"
                  >
                    {entityLabel(entity)}
                  </button>
                ),
              },
              { title: 'Intervals', right: true, cell: ({ seen }) => count(seen) },
              {
                title: 'State',
                cell: ({ active, graded }) => (active ? (graded ? 'graded' : 'learnt') : 'put aside'),
              },
              { title: 'Last score', right: true, cell: ({ last }) => figure(last?.score ?? null) },
              { title: 'Last event', cell: ({ newest }) => <Time at={newest} now={now} /> },
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}
