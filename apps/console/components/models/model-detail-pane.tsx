'use client';
import type { ModelDetail } from '@tidewatch/api/schemas';
import { lazy, Suspense } from 'react';
import { useModel } from '../../api/models.ts';
import { useMay } from '../../api/session.ts';
import { alertsHref, calibrationWords, shownVersion, stageLooks, stageWords } from '../../view/model.ts';
import { count } from '../../view/quantity.ts';
import { FactTable, StateDot } from '../health/health-section.tsx';
import { DetailPane } from '../ui/detail-pane.tsx';
import { TextLink } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { Words } from '../ui/words.tsx';
import { DriftSection } from './drift-section.tsx';
import { ScoreSection } from './score-section.tsx';
import { StageActions } from './stage-actions.tsx';

const ModelCard = lazy(() => import('./model-card.tsx').then((module) => ({ default: module.ModelCard })));

/** One model: its versions, what a version is, how it scores, and who made which live. */
export function ModelDetailPane({
  name,
  version,
  onVersion,
  onClose,
}: {
  readonly name: string;
  readonly version: string | null;
  readonly onVersion: (version: string) => void;
  readonly onClose: () => void;
}) {
  const query = useModel(name);
  const may = useMay().may('engineer');
  return (
    <DetailPane label="Model" title={name} onClose={onClose}>
      <Shown query={query} what="The model" rows={10}>
        {(data) => {
          const shown = version ?? shownVersion(data);
          return (
            <div className="flex flex-col gap-5 px-4 py-3 text-sm">
              {shown !== undefined && (
                <>
                  <Segmented
                    label="Version"
                    value={shown}
                    onChange={onVersion}
                    choices={data.versions.map((one) => ({
                      value: one.version,
                      label: `${one.version} ${one.stage}`,
                    }))}
                  />
                  <Version model={data} version={shown} may={may} />
                </>
              )}
              <History history={data.history} />
            </div>
          );
        }}
      </Shown>
    </DetailPane>
  );
}

function Version({
  model,
  version,
  may,
}: {
  readonly model: ModelDetail;
  readonly version: string;
  readonly may: boolean;
}) {
  const known = model.versions.find((one) => one.version === version);
  const about = model.about.find((one) => one.version === version);
  if (known === undefined)
    return <p role="alert">There is no version {version} of it: choose one of those above.</p>;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <StateDot look={known.reason === undefined ? stageLooks[known.stage] : 'bad'}>
          {stageWords[known.stage]}
        </StateDot>
        <span className="text-soft">{known.origin}</span>
        <TextLink href={alertsHref(model.name)}>its alerts</TextLink>
        {may && <StageActions model={model} version={known} />}
      </div>
      {known.reason !== undefined && (
        <p className="text-bad">
          <Words>{known.reason}</Words>
        </p>
      )}
      <Section title="Scores">
        <ScoreSection key={version} name={model.name} version={version} may={may} />
      </Section>
      {about !== undefined && (
        <>
          {about.drift !== null && (
            <Section title="Drift">
              <DriftSection drift={about.drift} />
            </Section>
          )}
          {about.calibration !== null && (
            <Section title="Verdicts">
              <p className="figure">{calibrationWords(about.calibration)}</p>
            </Section>
          )}
          <Section
            title="Card"
            aside={
              about.golden === null ? undefined : `${count(about.golden)} golden events keep their scores`
            }
          >
            {about.card === null ? (
              <p className="text-soft">It has none.</p>
            ) : (
              <Suspense
                fallback={<div className="skeleton h-24" role="status" aria-label="Loading the card" />}
              >
                <ModelCard text={about.card} />
              </Suspense>
            )}
          </Section>
          {about.manifest !== null && (
            <Section title="Manifest">
              <pre
                tabIndex={0}
                role="region"
                aria-label="Manifest"
                className="max-h-96 overflow-auto rounded-md border border-line bg-raised p-3 font-mono text-xs break-words whitespace-pre-wrap"
              >
                {JSON.stringify(about.manifest, null, 2)}
              </pre>
            </Section>
          )}
        </>
      )}
    </>
  );
}

function History({ history }: { readonly history: ModelDetail['history'] }) {
  const now = useNow();
  return (
    <Section title="History">
      <FactTable
        label="History"
        rows={[...history].reverse()}
        rowKey={({ at, version, to }) => `${at} ${version} ${to}`}
        empty="Nobody has changed the stage of a version."
        columns={[
          { title: 'When', cell: ({ at }) => <Time at={Date.parse(at)} now={now} /> },
          { title: 'Who', cell: ({ by }) => by },
          { title: 'Version', cell: ({ version }) => version },
          {
            title: 'Change',
            cell: ({ from, to, forced }) => (
              <span>
                {from} → {to}
                {forced !== undefined && forced.length > 0 && (
                  <span className="text-warn"> although not passed: {forced.join(', ')}</span>
                )}
              </span>
            ),
          },
          { title: 'Why', cell: ({ why }) => <span className="text-soft">{why}</span> },
        ]}
      />
    </Section>
  );
}
