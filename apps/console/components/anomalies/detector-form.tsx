'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { putDetector, refreshDetectors, useDetector, useEstimate } from '../../api/detectors.ts';
import { newDetector } from '../../view/anomaly.ts';
import { duration } from '../../view/moment.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormProblem } from '../ui/field.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

/** Writes a detector as YAML, and says what it will take before it starts. @param id of one that is changed; null for a new one */
export function DetectorForm({
  id,
  onClose,
}: {
  readonly id: string | null;
  readonly onClose: (id?: string) => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={id === null ? 'New detector' : `Change ${id}`}
      width="max-w-3xl"
    >
      {id === null ? <Form source={newDetector} onClose={onClose} /> : <Known id={id} onClose={onClose} />}
    </Dialog>
  );
}

function Known({ id, onClose }: { readonly id: string; readonly onClose: (id?: string) => void }) {
  const { data, error } = useDetector(id);
  if (data !== undefined) return <Form source={data.source} onClose={onClose} />;
  return <FormProblem problem={error ?? undefined} />;
}

function Form({ source, onClose }: { readonly source: string; readonly onClose: (id?: string) => void }) {
  const client = useQueryClient();
  const [text, setText] = useState(source);
  const [checked, setChecked] = useState<string>();
  const estimate = useEstimate(checked);
  const { busy, problem, attempt } = useAttempt();
  const isChecked = checked === text && estimate.data !== undefined;
  return (
    <form
      className="flex flex-col gap-3 text-sm"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isChecked) return setChecked(text);
        const { id } = estimate.data;
        void attempt(async () => {
          await putDetector(id, text);
          await refreshDetectors(client);
          onClose(id);
        });
      }}
    >
      <label className="flex flex-col gap-1">
        The detector, as YAML
        <textarea
          value={text}
          rows={16}
          maxLength={100_000}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          className="rounded-md border border-line bg-raised p-2 font-mono text-xs text-ink outline-none focus-visible:border-accent"
        />
      </label>
      {isChecked && (
        <p role="status" className="rounded-md border border-line bg-raised px-3 py-2">
          {estimate.data.title}: {estimate.data.features.join(', ')} of{' '}
          {estimate.data.by.length === 0 ? 'all events' : `each ${estimate.data.by.join(' and ')}`} every{' '}
          {duration(estimate.data.interval)}. It takes {estimate.data.memory.says}
        </p>
      )}
      <FormProblem problem={problem ?? (checked === text ? (estimate.error ?? undefined) : undefined)} />
      <div className="flex justify-end gap-2">
        <Button onClick={() => onClose()}>Cancel</Button>
        <Button look="primary" type="submit" disabled={busy || (checked === text && estimate.isFetching)}>
          {isChecked ? 'Start it' : 'What will it take?'}
        </Button>
      </div>
    </form>
  );
}
