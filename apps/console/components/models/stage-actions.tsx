'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { Model, ModelBacktest } from '@tidewatch/api/schemas';
import { useRef, useState } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { changeStage, type StageChange } from '../../api/models.ts';
import { mayRollBack } from '../../view/model.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { toasts } from '../ui/toasts.tsx';
import { type SampleSize, sampleSizes } from './score-section.tsx';

interface Asking {
  readonly title: string;
  readonly done: string;
  readonly change: StageChange;
}

/** What may be done with a version; each asks why. */
export function StageActions({
  model,
  version: { version, stage },
}: {
  readonly model: Model;
  readonly version: Model['versions'][number];
}) {
  const [asking, setAsking] = useState<Asking>();
  const promote = (to: 'shadow' | 'live'): Asking => ({
    title: to === 'live' ? `Let version ${version} raise alerts?` : `Let version ${version} store scores?`,
    done: `Version ${version} is ${to === 'live' ? 'live' : 'in shadow'}`,
    change: { verb: 'promote', version, to, force: false, events: 20_000 },
  });
  return (
    <div className="ml-auto flex flex-wrap gap-2">
      {stage !== 'live' && stage !== 'shadow' && (
        <Button onClick={() => setAsking(promote('shadow'))}>To shadow…</Button>
      )}
      {stage !== 'live' && (
        <Button look="primary" onClick={() => setAsking(promote('live'))}>
          Make live…
        </Button>
      )}
      {stage === 'live' && mayRollBack(model) && (
        <Button
          onClick={() =>
            setAsking({
              title: 'Go back to the version before?',
              done: 'The version before is live again',
              change: { verb: 'rollback' },
            })
          }
        >
          Roll back…
        </Button>
      )}
      {(stage === 'live' || stage === 'shadow') && (
        <Button
          onClick={() =>
            setAsking({
              title: `Retire version ${version}?`,
              done: `Version ${version} scores no more`,
              change: { verb: 'retire', version },
            })
          }
        >
          Retire…
        </Button>
      )}
      {asking !== undefined && (
        <WhyDialog model={model.name} asking={asking} onClose={() => setAsking(undefined)} />
      )}
    </div>
  );
}

/** Refused for gates other than admission, which no reason opens. */
const mayForce = (problem: Error | undefined): boolean =>
  problem instanceof ApiProblem &&
  Array.isArray(problem.details.gates) &&
  (problem.details.gates as ModelBacktest['gates']).every(
    ({ name, passed }) => passed || name !== 'admission',
  );

function WhyDialog({
  model,
  asking: { title, done, change },
  onClose,
}: {
  readonly model: string;
  readonly asking: Asking;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const [why, setWhy] = useState('');
  const [force, setForce] = useState(false);
  const [most, setMost] = useState<SampleSize>('20000');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const field = useRef<HTMLInputElement>(null);
  const send = async (): Promise<void> => {
    if (why.trim() === '' || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const asked = change.verb === 'promote' ? { ...change, force, events: Number(most) } : change;
      await changeStage(client, model, asked, why.trim());
      toasts.add({ title: done });
      onClose();
    } catch (error) {
      setProblem(error as Error);
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} initialFocus={field}>
      <form
        className="flex flex-col gap-3 text-sm"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label className="flex flex-col gap-1">
          Why
          <input
            ref={field}
            value={why}
            maxLength={1_000}
            onChange={(event) => setWhy(event.target.value)}
            className="h-8 rounded-md border border-line bg-raised px-2 text-ink outline-none focus-visible:border-accent"
          />
        </label>
        {problem !== undefined && (
          <p role="alert" className="text-bad">
            {problem.message}
          </p>
        )}
        {change.verb === 'promote' && change.to === 'live' && (
          <div className="flex flex-wrap items-center gap-2">
            <span>Stored events its gates look at, at most</span>
            <Segmented
              label="Stored events its gates look at, at most"
              value={most}
              onChange={setMost}
              choices={sampleSizes}
            />
          </div>
        )}
        {change.verb === 'promote' && mayForce(problem) && (
          <label className="flex min-h-7 items-center gap-2">
            <input
              type="checkbox"
              checked={force}
              onChange={(event) => setForce(event.target.checked)}
              className="size-4"
            />
            Do it although gates are not passed
          </label>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={why.trim() === '' || busy}>
            {busy ? 'Doing it…' : 'Do it'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
