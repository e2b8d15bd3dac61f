'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { DetectorSuggestion } from '@tidewatch/api/schemas';
import {
  addNormal,
  putDetector,
  refreshDetectors,
  removeNormal,
  useNormal,
  useSuggestions,
} from '../../api/detectors.ts';
import { useMay } from '../../api/session.ts';
import { effectWords, entityLabel, reachWords, suggestionWords } from '../../view/anomaly.ts';
import { FactTable } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { FormProblem } from '../ui/field.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { useAttempt } from '../ui/use-attempt.ts';
import { useNow } from '../ui/use-now.ts';

/** What people call normal of a detector's entities, and what their verdicts speak for. */
export function NormalSection({ id }: { readonly id: string }) {
  const { may, mayTakeBack } = useMay();
  const client = useQueryClient();
  const called = useNormal(id, true);
  const suggestions = useSuggestions(id, true);
  const { busy, problem, attempt } = useAttempt();
  const now = useNow();
  const work = (what: () => Promise<unknown>): Promise<void> =>
    attempt(async () => {
      await what();
      await refreshDetectors(client);
    });
  const take = (suggestion: DetectorSuggestion): Promise<void> =>
    work(() =>
      suggestion.kind === 'grade'
        ? putDetector(id, suggestion.source)
        : addNormal(id, {
            ...{ entity: suggestion.entity, features: suggestion.features },
            reason: `Verdicts speak for it: ${suggestion.effect.harmless} alerts were closed as harmless.`,
          }),
    );
  return (
    <Section title="Called normal">
      <FormProblem problem={problem} />
      {suggestions.data?.suggestions.map((suggestion) => (
        <div
          key={suggestionWords(suggestion)}
          className="mb-2 rounded-md border border-line bg-raised px-3 py-2"
        >
          <p className="font-medium">Suggested by verdicts: {suggestionWords(suggestion)}.</p>
          <p className="text-soft">{effectWords(suggestion.effect, suggestions.data?.complete ?? true)}</p>
          {(suggestion.kind === 'normal' || may('engineer')) && (
            <Button disabled={busy} onClick={() => void take(suggestion)} className="mt-1">
              Do so
            </Button>
          )}
        </div>
      ))}
      <Shown query={called} what="What is called normal">
        {({ normal }) => (
          <FactTable
            label="Called normal"
            rows={normal}
            rowKey={(row) => row.id}
            empty="Nothing is. Open an odd interval and press n to say that it is normal for its entity."
            columns={[
              {
                title: 'Of',
                cell: ({ entity }) => (entity === undefined ? 'every entity' : entityLabel(entity)),
              },
              { title: 'What', cell: ({ features }) => features.map(reachWords).join(', ') },
              { title: 'Why', cell: ({ reason }) => <span className="text-soft">{reason}</span> },
              { title: 'Who', cell: ({ author }) => author },
              {
                title: 'Until',
                cell: ({ expires }) => (expires === undefined ? 'deleted' : <Time at={expires} now={now} />),
              },
              {
                title: '',
                cell: (row) =>
                  mayTakeBack(row) && (
                    <Button
                      look="quiet"
                      disabled={busy}
                      onClick={() => void work(() => removeNormal(id, row.id))}
                    >
                      Take back
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}
