'use client';
import { useRef, useState } from 'react';
import { get } from '../../api/client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';

/**
 * Asks why all of it is needed; the audit log keeps that. Whether it can begin is asked before, so that a refusal stands
 * here; the file then comes as the browser takes it, which shows how far it is.
 */
export function ExportDialog<T extends string>({
  title,
  says,
  path,
  query = {},
  formats,
  columns,
  onClose,
}: {
  readonly title: string;
  readonly says: string;
  readonly path: string;
  /** What is exported; empty parts ask nothing. */
  readonly query?: Readonly<Record<string, string>>;
  readonly formats: readonly [
    { readonly value: T; readonly label: string },
    ...{ readonly value: T; readonly label: string }[],
  ];
  /** Of CSV, where they can be chosen. */
  readonly columns?: readonly string[];
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [format, setFormat] = useState<T>(formats[0].value);
  const [fields, setFields] = useState(columns?.join(', ') ?? '');
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const first = useRef<HTMLInputElement>(null);
  const chosen = columns !== undefined && format === 'csv' ? fields.replaceAll(/\s/g, '') : '';
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} initialFocus={first}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const asked = { ...query, format, fields: chosen, reason: reason.trim() };
          setAsking(true);
          get(path, { ...asked, check: 'true' })
            .then(() => {
              download(path, asked);
              onClose();
            }, setProblem)
            .finally(() => setAsking(false));
        }}
      >
        <p className="text-sm text-soft">{says}</p>
        <Field
          ref={first}
          label="Why"
          required
          minLength={3}
          maxLength={1_000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          placeholder="E.g. yearly review"
        />
        <Segmented label="Format" value={format} onChange={setFormat} choices={formats} />
        {columns !== undefined && format === 'csv' && (
          <Field
            label="Columns"
            hint="Fields, with commas between"
            required
            className="font-mono"
            value={fields}
            onChange={({ target }) => setFields(target.value)}
          />
        )}
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={asking || reason.trim().length < 3}>
            {asking ? 'Asking…' : 'Export'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Leaves the page as it is, also where the server has changed its mind meanwhile. */
function download(path: string, asked: Readonly<Record<string, string>>): void {
  const link = document.createElement('a');
  link.href = `${path}?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))}`;
  link.download = '';
  link.click();
}
