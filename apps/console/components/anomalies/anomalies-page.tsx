'use client';
import type { DetectorRow } from '@tidewatch/api/schemas';
import { Plus, Radar } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useDetectors } from '../../api/detectors.ts';
import { useMay } from '../../api/session.ts';
import { step } from '../../view/keymap.ts';
import { SplitPane } from '../alerts/split-pane.tsx';
import { Button } from '../ui/button.tsx';
import { Shown } from '../ui/shown.tsx';
import { EmptyState } from '../ui/states.tsx';
import { useKey } from '../ui/use-key.ts';
import { Words } from '../ui/words.tsx';
import { DetectorList } from './detector-list.tsx';
import { DetectorPane } from './detector-pane.tsx';
import { useAnomalyState } from './use-anomaly-state.ts';

const DetectorForm = lazy(() =>
  import('./detector-form.tsx').then((module) => ({ default: module.DetectorForm })),
);
const none: readonly DetectorRow[] = [];

/** Every detector of anomalies, how it stands, and what it found odd of whom. */
export function AnomaliesPage() {
  const query = useDetectors();
  const [state, setState] = useAnomalyState();
  const { may } = useMay();
  const rows = query.data?.detectors ?? none;
  const open = (id: string | null): void =>
    void setState({ id, entity: null, at: null, judge: null, q: null, find: null, form: null });
  const move = (by: number): void => {
    const next =
      rows[
        step(
          rows.findIndex(({ id }) => id === state.id),
          by,
          rows.length,
        )
      ];
    if (next !== undefined) open(next.id);
  };
  // With a detector open, its own list has these keys.
  const alone = { enabled: state.id === null };
  useKey('j', () => move(1), alone);
  useKey('k', () => move(-1), alone);
  useKey('r', () => void query.refetch(), alone);
  const make = may('engineer') && (
    <Button onClick={() => void setState({ form: 'new' })}>
      <Plus size={14} aria-hidden /> New detector
    </Button>
  );
  return (
    <Shown query={query} what="The detectors" rows={12}>
      {({ faults }) => (
        <>
          <SplitPane
            list={
              rows.length === 0 ? (
                <EmptyState icon={<Radar size={26} aria-hidden />} title="No detector is there">
                  <p>
                    Make one here, or put files into a folder of{' '}
                    <code className="font-mono">anomalies.paths</code>. This server may have no role{' '}
                    <code className="font-mono">scorer</code>.
                  </p>
                  {make}
                </EmptyState>
              ) : (
                <div
                  className="min-h-0 flex-1 overflow-y-auto p-4"
                  tabIndex={0}
                  role="region"
                  aria-label="Detectors"
                >
                  <div className="mb-3 flex items-center gap-3">
                    <h2 className="flex-1 text-base font-semibold">Detectors of anomalies</h2>
                    {make}
                  </div>
                  {faults.map(({ file, reason }) => (
                    <p key={file} className="mb-2 text-sm text-bad wrap-anywhere">
                      {file}: <Words>{reason}</Words>
                    </p>
                  ))}
                  <DetectorList rows={rows} current={state.id} onOpen={open} />
                </div>
              )
            }
            detail={
              state.id === null ? null : (
                <DetectorPane
                  key={state.id}
                  id={state.id}
                  state={state}
                  setState={setState}
                  onClose={() => open(null)}
                />
              )
            }
          />
          {state.form !== null && (
            <Suspense>
              <DetectorForm
                id={state.form === 'edit' ? state.id : null}
                onClose={(id) => void setState({ form: null, ...(id !== undefined && { id }) })}
              />
            </Suspense>
          )}
        </>
      )}
    </Shown>
  );
}
