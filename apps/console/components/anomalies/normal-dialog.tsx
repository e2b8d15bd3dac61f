'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { closeAlert, reloadAlerts } from '../../api/alerts.ts';
import {
  addNormal,
  type EffectAsked,
  refreshDetectors,
  removeNormal,
  useEffectOf,
} from '../../api/detectors.ts';
import { type AnomalyRow, effectWords, entityLabel, type Reach, reachesOf } from '../../view/anomaly.ts';
import { expiryOf, type Term, termLabels, terms } from '../../view/exception.ts';
import { type Verdict, VerdictChoice } from '../alerts/verdict-choice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem, inputClass } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { toasts } from '../ui/toasts.tsx';
import { undoable } from '../ui/undo.ts';
import { useAttempt } from '../ui/use-attempt.ts';

const sides = [
  { value: 'above', label: 'above' },
  { value: 'below', label: 'below' },
  { value: 'both', label: 'both' },
] as const;
const spans = terms.filter((term) => term !== 'date');

/** Asks how far is normal of whom and why, shows what that would have hidden, and closes the interval's alert with a verdict. */
export function NormalDialog({
  id,
  anomaly,
  onClose,
}: {
  readonly id: string;
  readonly anomaly: Pick<AnomalyRow, 'entity' | 'features' | 'alert'>;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const [reaches, setReaches] = useState<readonly Reach[]>(() => reachesOf(anomaly));
  const [whose, setWhose] = useState<'entity' | 'all'>('entity');
  const [reason, setReason] = useState('');
  const [term, setTerm] = useState<Term>('30');
  const [verdict, setVerdict] = useState<Verdict>('false_positive');
  const [opened] = useState(() => Date.now());
  const { busy, problem, attempt } = useAttempt();
  const expires = expiryOf(term, '', opened);
  const asked: EffectAsked | undefined =
    reaches.length === 0
      ? undefined
      : {
          features: [...reaches],
          ...(whose === 'entity' && { entity: [...anomaly.entity] }),
          ...(typeof expires === 'number' && { expires: new Date(expires).toISOString() }),
        };
  const effect = useEffectOf(id, asked);
  const change = (at: number, more: Partial<Reach>): void =>
    setReaches(reaches.map((reach, i) => (i === at ? { ...reach, ...more } : reach)));

  const send = (): Promise<void> =>
    attempt(async () => {
      if (asked === undefined) return;
      const made = await addNormal(id, { ...asked, reason: reason.trim() });
      const closed =
        anomaly.alert === undefined || verdict === 'none'
          ? undefined
          : await closeAlert(anomaly.alert, verdict, reason.trim());
      const undo = async (): Promise<void> => {
        await Promise.all([removeNormal(id, made.id), closed?.undo()]);
        await Promise.all([refreshDetectors(client), reloadAlerts(client)]);
      };
      await refreshDetectors(client);
      void client.invalidateQueries({ queryKey: ['alert'] });
      undoable(() =>
        undo().catch((error: Error) =>
          toasts.add({ type: 'problem', title: 'It could not be taken back', description: error.message }),
        ),
      ).offer({ title: 'Called normal', description: 'In force from the next interval on.' });
      onClose();
    });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="What is normal" width="max-w-2xl">
      <form
        className="flex flex-col gap-4 text-sm"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Segmented
          label="Whose"
          value={whose}
          onChange={setWhose}
          choices={[
            { value: 'entity', label: `Of ${entityLabel(anomaly.entity)}` },
            { value: 'all', label: 'Of every entity' },
          ]}
        />
        <ul className="flex flex-col gap-2">
          {reaches.map((reach, i) => (
            <li key={reach.feature} className="flex flex-wrap items-center gap-2">
              <span className="font-mono text-xs">{reach.feature}</span> may be off by
              <input
                type="number"
                aria-label={`${reach.feature} may be off by`}
                min={0}
                step="any"
                value={reach.absolute ?? ''}
                onChange={(event) => {
                  const absolute = event.target.valueAsNumber;
                  if (absolute > 0) change(i, { absolute });
                }}
                className={`${inputClass} w-32`}
              />
              <Segmented
                label={`Side of ${reach.feature}`}
                value={reach.direction}
                onChange={(direction) => change(i, { direction })}
                choices={sides}
              />
              what is expected
              {reaches.length > 1 && (
                <Button look="quiet" onClick={() => setReaches(reaches.filter((_, other) => other !== i))}>
                  Leave out
                </Button>
              )}
            </li>
          ))}
          {reaches.length === 0 && (
            <li className="text-soft">No feature of it was off from anything that was expected.</li>
          )}
        </ul>
        <Field
          label="Why it is normal"
          value={reason}
          maxLength={1_000}
          placeholder="E.g. the backup runs on Mondays"
          onChange={(event) => setReason(event.target.value)}
        />
        <div className="flex flex-wrap items-center gap-2">
          <span>Expires</span>
          <Segmented
            label="Expires"
            value={term}
            onChange={setTerm}
            choices={spans.map((value) => ({ value, label: termLabels[value] }))}
          />
        </div>
        {anomaly.alert !== undefined && <VerdictChoice value={verdict} onChange={setVerdict} />}
        <p
          role="status"
          className={`rounded-md border border-line bg-raised px-3 py-2 ${(effect.data?.effect.truePositives ?? 0) > 0 ? 'text-bad' : ''}`}
        >
          {effect.data !== undefined
            ? effectWords(effect.data.effect, effect.data.complete)
            : effect.error !== null
              ? effect.error.message
              : 'Looking at what it would have hidden…'}
        </p>
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy || asked === undefined || reason.trim() === ''}>
            {busy ? 'Writing it…' : 'Call it normal'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
