'use client';
import { useQueryClient } from '@tanstack/react-query';
import { Pencil, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { refreshDetectors, removeDetector, useDetector } from '../../api/detectors.ts';
import { useMay } from '../../api/session.ts';
import { type AnomalyRow, detectorLook, detectorWord } from '../../view/anomaly.ts';
import { ConfirmDialog } from '../admin/confirm-dialog.tsx';
import { StateDot } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { DetailPane } from '../ui/detail-pane.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { SkeletonRows } from '../ui/states.tsx';
import { Words } from '../ui/words.tsx';
import { AnomalySection } from './anomaly-section.tsx';
import { EntitySection } from './entity-section.tsx';
import { NormalSection } from './normal-section.tsx';
import { RunSection } from './run-section.tsx';
import type { AnomalyState, SetAnomalyState } from './use-anomaly-state.ts';

const EntityPane = lazy(() => import('./entity-pane.tsx').then((module) => ({ default: module.EntityPane })));

/** One detector: what it found, of whom, what is called normal, and what it would have found. */
export function DetectorPane({
  id,
  state,
  setState,
  onClose,
}: {
  readonly id: string;
  readonly state: AnomalyState;
  readonly setState: SetAnomalyState;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const query = useDetector(id);
  const { data } = query;
  const { may } = useMay();
  const [deleting, setDeleting] = useState(false);
  const { entity } = state;
  const openEntity = (values: readonly string[], at: number | null): void =>
    void setState({ entity: JSON.stringify(values), at }, { history: 'push' });
  const judge = ({ entity, from }: AnomalyRow): void =>
    void setState({ entity: JSON.stringify(entity), at: from, judge: 'yes' });
  return (
    <DetailPane
      label="Detector"
      title={data?.title ?? id}
      above={
        data && (
          <>
            <LevelMark level={data.level as Parameters<typeof LevelMark>[0]['level']} />
            <StateDot look={detectorLook(data)}>{detectorWord(data)}</StateDot>
          </>
        )
      }
      actions={
        may('engineer') &&
        data !== undefined && (
          <>
            <Button onClick={() => void setState({ form: 'edit' })}>
              <Pencil size={13} aria-hidden /> Edit
            </Button>
            {data.own && (
              <Button onClick={() => setDeleting(true)}>
                <Trash2 size={13} aria-hidden /> Delete
              </Button>
            )}
          </>
        )
      }
      below={
        data && (
          <p className="text-sm text-soft">
            <Words>{data.says}</Words>
          </p>
        )
      }
      onClose={onClose}
    >
      <Shown query={query} what="The detector" rows={10}>
        {(detector) => (
          <div className="flex flex-col gap-5 px-4 py-3 text-sm">
            {entity !== null && (
              <Suspense fallback={<SkeletonRows rows={6} label="Loading the entity" />}>
                <EntityPane
                  key={entity}
                  detector={detector}
                  entity={entity}
                  state={state}
                  setState={setState}
                  mayJudge={may('triage')}
                />
              </Suspense>
            )}
            <AnomalySection
              detector={detector}
              state={state}
              setState={setState}
              onOpen={openEntity}
              onJudge={may('triage') ? judge : undefined}
              onClose={onClose}
            />
            {detector.runs && (
              <EntitySection
                id={id}
                find={state.find}
                onFind={(find) => void setState({ find })}
                onOpen={(values) => openEntity(values, null)}
              />
            )}
            {may('triage') && <NormalSection id={id} />}
            {may('triage') && <RunSection id={id} onOpen={openEntity} />}
            <Section title="As written" aside={detector.memory.says}>
              <pre
                tabIndex={0}
                role="region"
                aria-label="The detector as written"
                className="max-h-96 overflow-auto rounded-md border border-line bg-raised p-3 font-mono text-xs break-words whitespace-pre-wrap"
              >
                {detector.source}
              </pre>
            </Section>
          </div>
        )}
      </Shown>
      {deleting && (
        <ConfirmDialog
          question={{
            title: `Delete ${id}?`,
            says: 'What it has learnt of every entity goes with it, and what was called normal. Its alerts and results stay for their time.',
            verb: 'Delete the detector',
            work: async () => {
              await removeDetector(id);
              onClose();
              await refreshDetectors(client);
            },
          }}
          onClose={() => setDeleting(false)}
        />
      )}
    </DetailPane>
  );
}
