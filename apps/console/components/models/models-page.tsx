'use client';
import type { Model } from '@tidewatch/api/schemas';
import { BrainCircuit } from 'lucide-react';
import { parseAsString, useQueryStates } from 'nuqs';
import { useModels } from '../../api/models.ts';
import { shownVersion, stageLooks } from '../../view/model.ts';
import { count } from '../../view/quantity.ts';
import { SplitPane } from '../alerts/split-pane.tsx';
import { useListKeys } from '../grid/use-list-keys.ts';
import { FactTable, StateDot } from '../health/health-section.tsx';
import { EmptyState, ProblemState, SkeletonRows, StaleNote } from '../ui/states.tsx';
import { ModelDetailPane } from './model-detail-pane.tsx';

const none: readonly Model[] = [];

/** Every model that scores events, and which version does what. */
export function ModelsPage() {
  const { data, error, refetch } = useModels();
  const [{ name, version }, setState] = useQueryStates(
    { name: parseAsString, version: parseAsString },
    { history: 'replace' },
  );
  const rows = data?.models ?? none;
  const open = (model: Model | undefined): void =>
    void setState({ name: model?.name ?? null, version: null });
  useListKeys(rows, (row) => row.name === name, open, refetch);
  if (data === undefined)
    return error === null ? (
      <SkeletonRows label="Loading the models" />
    ) : (
      <ProblemState error={error} what="The models" onRetry={() => void refetch()} />
    );
  return (
    <>
      {error !== null && <StaleNote error={error} onRetry={() => void refetch()} />}
      <SplitPane
        list={
          rows.length === 0 ? (
            <EmptyState icon={<BrainCircuit size={26} aria-hidden />} title="No model is there">
              <p>
                Put the folder of one into a folder of `models.paths`, or send it with `npx tidewatch model`.
                This server may have no role `scorer`.
              </p>
            </EmptyState>
          ) : (
            <div
              className="min-h-0 flex-1 overflow-y-auto p-4"
              tabIndex={0}
              role="region"
              aria-label="Models"
            >
              <FactTable
                label="Models"
                rows={rows}
                rowKey={(row) => row.name}
                empty=""
                columns={[
                  {
                    title: 'Model',
                    cell: (row) => (
                      <button
                        type="button"
                        aria-current={row.name === name}
                        onClick={() => open(row.name === name ? undefined : row)}
                        className="min-h-8 text-left font-medium hover:underline aria-[current=true]:text-accent"
                      >
                        {row.name}
                      </button>
                    ),
                  },
                  {
                    title: 'Shown version',
                    cell: (row) => {
                      const shown = row.versions.find((one) => one.version === shownVersion(row));
                      if (shown === undefined) return '–';
                      return (
                        <StateDot look={shown.reason === undefined ? stageLooks[shown.stage] : 'bad'}>
                          {shown.version} {shown.stage}
                          {shown.reason !== undefined && ', does not run'}
                        </StateDot>
                      );
                    },
                  },
                  { title: 'Versions', right: true, cell: ({ versions }) => count(versions.length) },
                ]}
              />
            </div>
          )
        }
        detail={
          name === null ? null : (
            <ModelDetailPane
              key={name}
              name={name}
              version={version}
              onVersion={(chosen) => void setState({ version: chosen })}
              onClose={() => open(undefined)}
            />
          )
        }
      />
    </>
  );
}
