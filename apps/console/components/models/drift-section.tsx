import type { ModelDetail } from '@tidewatch/api/schemas';
import { count, plural } from '../../view/quantity.ts';
import { FactTable, StateDot } from '../health/health-section.tsx';

type Drift = NonNullable<ModelDetail['about'][number]['drift']>;

/** How far the score and each feature have moved since the version began, those first that moved most. */
export function DriftSection({ drift: { scores, windows, series } }: { readonly drift: Drift }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="figure text-soft">
        {windows === 0
          ? `What is normal is being gathered: ${plural(scores, 'score')} so far.`
          : `${plural(windows, 'window')} so far; ${plural(scores, 'score')} in the one under way.`}
      </p>
      {series.length > 0 && (
        <FactTable
          label="Drift"
          rows={[...series].sort((a, b) => b.ratio - a.ratio)}
          rowKey={({ feature }) => feature ?? ''}
          empty=""
          columns={[
            { title: 'What', cell: ({ feature }) => feature ?? <em>score</em> },
            {
              title: 'State',
              cell: ({ ratio }) => (
                <StateDot look={ratio > 1 ? 'warn' : 'good'}>
                  {ratio > 1 ? 'has moved' : 'as before'}
                </StateDot>
              ),
            },
            {
              title: 'Of its limit',
              right: true,
              cell: ({ ratio }) => `${count(Math.round(ratio * 100))} %`,
            },
            { title: 'PSI', right: true, cell: ({ psi }) => psi.toFixed(3) },
            { title: 'KS', right: true, cell: ({ ks }) => ks?.toFixed(3) ?? '–' },
          ]}
        />
      )}
    </div>
  );
}
