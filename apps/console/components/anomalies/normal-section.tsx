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
import { effectWords, entityLabel, reachWords, suggestionWords } from '../../view/anomaly.ts';
import { FactTable } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { FormProblem } from '../ui/field.tsx';
import { Section } from '../ui/section.tsx';
import { ProblemState } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useAttempt } from '../ui/use-attempt.ts';
import { useNow } from '../ui/use-now.ts';
import type { useMay } from './use-may.ts';

/** What people call normal of a detector's entities, and what their verdicts speak for. */
export function NormalSection({ id, may }: { readonly id: string; readonly may: ReturnType<typeof useMay> }) {
  const client = useQueryClient();
  const { data, error, refetch } = useNormal(id, true);
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
          {(suggestion.kind === 'normal' || may.write) && (
            <Button disabled={busy} onClick={() => void take(suggestion)} className="mt-1">
              Do so
            </Button>
          )}
        </div>
      ))}
      {data === undefined ? (
        error === null ? (
          <div className="skeleton h-10" role="status" aria-label="Loading what is called normal" />
        ) : (
          <ProblemState error={error} what="What is called normal" onRetry={() => void refetch()} />
        )
      ) : (
        <FactTable
          label="Called normal"
          rows={data.normal}
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
                may.takeBack(row) && (
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
    </Section>
  );
}
