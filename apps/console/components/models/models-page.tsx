'use client';
import type { Model } from '@tidewatch/api/schemas';
import { BrainCircuit } from 'lucide-react';
import { parseAsString, useQueryStates } from 'nuqs';
import { useDeferredValue } from 'react';
import { useModelDetails, useModels } from '../../api/models.ts';
import { aboutOf, alertsHref, shownVersion, stageLooks } from '../../view/model.ts';
import { count } from '../../view/quantity.ts';
import { SplitPane } from '../alerts/split-pane.tsx';
import { useListKeys } from '../grid/use-list-keys.ts';
import { type FactColumn, FactTable, StateDot } from '../health/health-section.tsx';
import { TextLink } from '../ui/link.tsx';
import { Shown } from '../ui/shown.tsx';
import { EmptyState } from '../ui/states.tsx';
import { ModelDetailPane } from './model-detail-pane.tsx';

const none: readonly Model[] = [];

interface Row {
  readonly row: Model;
  /** Undefined until it has come. */
  readonly about: ReturnType<typeof aboutOf> | undefined;
}

const more: readonly FactColumn<Row>[] = [
  { title: 'Kind', cell: ({ about }) => about?.kind ?? '–' },
  {
    title: 'Drift',
    cell: ({ about }) =>
      about === undefined || about.drift === null ? (
        '–'
      ) : (
        <StateDot look={about.drift > 1 ? 'warn' : 'good'}>
          {about.drift > 1 ? 'has moved' : 'as before'}
        </StateDot>
      ),
  },
  {
    title: 'Alerts',
    cell: ({ row }) => (
      <TextLink href={alertsHref(row.name)}>
        of 30 days<span className="sr-only"> by {row.name}</span>
      </TextLink>
    ),
  },
];

/** Every model that scores events, and which version does what. */
export function ModelsPage() {
  const query = useModels();
  const [{ name, version: chosen }, setState] = useQueryStates(
    { name: parseAsString, version: parseAsString },
    { history: 'replace' },
  );
  const isWide = useDeferredValue(name === null);
  const rows = query.data?.models ?? none;
  const details = useModelDetails(rows.map((row) => row.name));
  const shown: readonly Row[] = rows.map((row, index) => {
    const detail = details[index];
    return { row, about: detail === undefined ? undefined : aboutOf(detail) };
  });
  const open = (model: Model | undefined): void =>
    void setState({ name: model?.name ?? null, version: null });
  useListKeys(rows, (row) => row.name === name, open, query.refetch);
  return (
    <Shown query={query} what="The models" rows={12}>
      {() => (
        <SplitPane
          list={
            rows.length === 0 ? (
              <EmptyState icon={<BrainCircuit size={26} aria-hidden />} title="No model is there">
                <p>
                  Put the folder of one into a folder of <code className="font-mono">models.paths</code>, or
                  send it with <code className="font-mono">npx tidewatch model</code>. This server may have no
                  role <code className="font-mono">scorer</code>.
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
                  rows={shown}
                  rowKey={({ row }) => row.name}
                  empty=""
                  columns={[
                    {
                      title: 'Model',
                      cell: ({ row, about }) => (
                        <button
                          type="button"
                          aria-current={row.name === name}
                          onClick={() => open(row.name === name ? undefined : row)}
                          className="min-h-8 py-1 text-left font-medium hover:underline aria-[current=true]:text-accent"
                        >
                          {row.name}
                          {about?.title != null && (
                            <span className="block text-xs font-normal text-soft">{about.title}</span>
                          )}
                        </button>
                      ),
                    },
                    {
                      title: 'Shown version',
                      cell: ({ row }) => {
                        const version = row.versions.find((one) => one.version === shownVersion(row));
                        if (version === undefined) return '–';
                        return (
                          <StateDot look={version.reason === undefined ? stageLooks[version.stage] : 'bad'}>
                            {version.version} {version.stage}
                            {version.reason !== undefined && ', does not run'}
                          </StateDot>
                        );
                      },
                    },
                    ...(isWide ? more : []),
                    { title: 'Versions', right: true, cell: ({ row }) => count(row.versions.length) },
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
                version={chosen}
                onVersion={(next) => void setState({ version: next })}
                onClose={() => open(undefined)}
              />
            )
          }
        />
      )}
    </Shown>
  );
}
